/** The variables by which clients of either protocol find the server at `url`, in any language. */
export function variablesFor(
  url: string,
  inherited: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const around = [inherited['NO_PROXY'] ?? inherited['no_proxy'], '127.0.0.1'].filter(Boolean).join(',')
  return {
    OLLAMA_HOST: url,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    // OpenAI's clients do not start without a key; a server that wants one gets it from the arm's headers.
    OPENAI_API_KEY: inherited['OPENAI_API_KEY'] || 'unused',
    // A client that sends its requests through a proxy of the network would not find the loopback interface there.
    NO_PROXY: around,
    no_proxy: around,
  }
}
