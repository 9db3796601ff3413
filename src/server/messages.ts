/** What is wrong with a server's address, before any call is made. */
import { ChimeraError } from '../errors.ts'

export const serverErrors = {
  badHost: (value: string): ChimeraError =>
    new ChimeraError(
      'host',
      `Invalid host "${value}": Expected the address of a model server in OLLAMA_HOST or in an arm's \`host\`. Use host, host:port or an http(s) URL, e.g. 127.0.0.1:11434.`,
    ),
  optionNotSent: (name: string, where: string, known: readonly string[]): ChimeraError =>
    new ChimeraError(
      'unknown_option',
      name === 'think'
        ? `Option "think" of ${where} is true or false, which OpenAI's protocol (\`api: 'openai'\`) has no word for. Set it to "low", "medium" or "high", or remove it.`
        : `Option "${name}" of ${where} does not exist in OpenAI's protocol (\`api: 'openai'\`). Remove it, or set it where the server is started. Available: ${known.join(', ')}.`,
    ),
  secretInHost: (): ChimeraError =>
    new ChimeraError(
      'host',
      "Invalid host: Expected the address of a model server, without a query or a fragment, in OLLAMA_HOST or in an arm's `host`. Percent-encode @, /, ? and # in a user name or password, or set the arm's `headers`.",
    ),
} as const
