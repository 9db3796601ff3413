import { ChimeraError, unended } from '../errors.ts'
import type { Api } from './arm.ts'

/** Why a call or a question to a server failed and what cures it; `detail` is the server's or the system's own text. */
export const callMessages = {
  unreachable: (host: string, detail: string, api: Api = 'ollama'): string =>
    `No model server answers at ${host} (${detail}). ${
      api === 'ollama'
        ? 'Start it with `ollama serve`, or set OLLAMA_HOST to its address.'
        : "Start it, or set the arm's `host` to its address."
    }`,
  model_missing: (model: string, host: string, detail: string, api: Api = 'ollama'): string =>
    `The server at ${host} has no model "${model}" (${detail}). ${
      api === 'ollama'
        ? `Get it with \`ollama pull ${model}\`.`
        : "Set the arm's `model` to one of those that its `/v1/models` lists."
    }`,
  busy: (host: string, detail: string, api: Api = 'ollama'): string =>
    `The server at ${host} refused the call because its queue is full (${detail}). Run fewer agents at once${
      api === 'ollama' ? ', or raise OLLAMA_MAX_QUEUE' : ", or raise the server's limit"
    }.`,
  unauthorized: (host: string, status: number, detail: string): string =>
    `The server at ${host} refused the call's credentials with status ${status} (${detail}). Set the header that it expects in the arm's \`headers\`, such as \`authorization\`.`,
  no_endpoint: (host: string, detail: string): string => {
    const { pathname } = new URL(host)
    const cure =
      pathname === '/'
        ? "Check the arm's `api` and `host`, or OLLAMA_HOST."
        : `Check the path ${pathname} in OLLAMA_HOST or in the arm's \`host\`: paths such as /api/chat are appended to it. Also check the arm's \`api\`.`
    return `The server at ${host} has no such endpoint (${detail}). ${cure}`
  },
  tls_failed: (host: string, detail: string): string =>
    `TLS with the server at ${host} failed (${detail}). If the server speaks plain HTTP, use http:// in OLLAMA_HOST or in the arm's \`host\`.`,
  tls_expected: (host: string, detail: string): string =>
    `The server at ${host} expects TLS (${detail}). Use https:// in OLLAMA_HOST or in the arm's \`host\`.`,
  bad_certificate: (host: string, detail: string): string =>
    `The certificate of the server at ${host} was rejected (${detail}). Set NODE_EXTRA_CA_CERTS to the file of its authority's certificate, or use the host name that the certificate is for.`,
  no_reply: (host: string, detail: string): string =>
    `The server at ${host} closed the connection without a reply (${detail}). Check whether it crashed or ran out of memory${
      host.startsWith('http:') ? ', and whether its address has to begin with https://' : ''
    }.`,
  not_taken: (host: string, detail: string): string =>
    `The server at ${host} closed the connection while the request was sent (${detail}). Check whether it crashed, and whether it or a proxy between limits the size of a request.`,
  encoded: (host: string, encoding: string): string =>
    `The server at ${host} encoded its reply (${encoding}), although the request excluded that, so its chunks cannot be timed. Disable compression, for example in the reverse proxy between.`,
  web_page: (host: string): string =>
    `The server at ${host} answered with a web page instead of a model's reply. Check the address in OLLAMA_HOST or in the arm's \`host\`, and whether a proxy asks for a login.`,
  encoded_request: (encoding: string): string =>
    `The client encoded its request (${encoding}), so the arm's model and options cannot be put into it. Turn the compression of requests off in the client.`,
  refused_option: (option: string, endpoint: string): string =>
    `The arm sets the option "${option}", which ${endpoint} does not have. Remove it, or call an endpoint that has it.`,
  http_error: (host: string, status: number, detail: string): string =>
    `The server at ${host} answered with status ${status} (${detail}). Check the server's log.`,
  stream_error: (detail: string): string =>
    `The server ended the reply with an error: ${unended(detail)}. Check the server's log.`,
  no_done: (detail: string, api: Api = 'ollama'): string =>
    api === 'ollama'
      ? `The stream ended without its final object${detail}. Ollama does this after more than 30 identical chunks: raise repeat_penalty or the temperature, or change the prompt.${
          detail ? '' : " If the reply does not end in repeats, check the server's log."
        }`
      : `The stream ended without its last event${detail}. Check the server's log.`,
  truncated_stream: (detail: string): string =>
    `The reply is incomplete (${detail}). Check whether the server crashed or ran out of memory.`,
  /** A reply that its server ended itself, for a reason that is neither its end nor its limit. */
  stopped: (detail: string): string =>
    `The server stopped the reply before its end (${detail}). Check the server's log and filters, or change the prompt.`,
  uncounted: (detail: string): string =>
    `The server did not count the tokens of its reply (${detail}), so its speed is unknown. Turn its usage statistics on, or update it.`,
  no_tokens: (detail: string): string =>
    `The server finished without generating a token (${detail}). Check the prompt and the model's template.`,
  timeout_first_byte: (ms: number): string =>
    `The reply did not start within ${ms} ms. Raise \`timeout\` in agentBench if the model takes longer to load.`,
  timeout_stall: (ms: number): string =>
    `The reply stalled for more than ${ms} ms. Raise \`timeout\` in agentBench if such pauses are expected.`,
  runaway_tokens: (tokens: number): string =>
    `The reply exceeded the limit of ${tokens} tokens. Set num_predict, or raise \`bound.tokens\`.`,
  runaway_ms: (ms: number): string =>
    `The call exceeded the limit of ${ms} ms. Set num_predict, or raise \`bound.ms\`.`,
  context_overflow: (used: number, numCtx: number): string =>
    `Prompt and reply used ${used} tokens in a context of ${numCtx}: the server silently dropped part of the prompt. Raise num_ctx or shorten the prompt.`,
  interrupted: (): string => 'The run was interrupted during the call.',
  aborted: (): string =>
    'The agent aborted the call before the reply was complete. Read the stream to its end, or set num_predict to bound it.',
  abandoned: (): string =>
    'The agent returned before the reply was complete, so the call was aborted. Read the stream to its end, or await the call.',
} as const

/** What a call cannot ask for. */
export const callErrors = {
  refusedField: (name: string): ChimeraError =>
    new ChimeraError(
      'unknown_option',
      `The field "${name}" of a call does not exist in OpenAI's protocol (\`api: 'openai'\`). Remove it, or make the call with \`fetch\` or a client of that server.`,
    ),
  thinksOrNot: (think: boolean): ChimeraError =>
    new ChimeraError(
      'unknown_option',
      `The field "think" of a call is ${think}, which OpenAI's protocol (\`api: 'openai'\`) has no word for. Set it to "low", "medium" or "high", or remove it.`,
    ),
} as const
