import { Ollama, type ChatResponse } from 'ollama'
import { ChimeraError } from '../errors.ts'
import { callMessages } from './messages.ts'
import { objectOf, parseJson } from '../json.ts'
import type { StageTime } from '../schema/generated.ts'
import type { Arm, Bound } from './arm.ts'
import type { MadeCall, Via } from './call.ts'
import { isAtHost, throughDoor, openProxy, variablesFor, type Proxy } from './doors/index.ts'
import { OpenCall } from './open-call.ts'
import { invalid } from './outcome.ts'
import { CallContexts } from './call-context.ts'
import { protocolAt, type MadeRequest, type Protocol } from './protocol/index.ts'
import { dropped, quiet } from './quiet.ts'
import { Secrets } from './secrets.ts'
import { drain } from './stamped-socket.ts'
import { outgoingOf, send } from './transport.ts'
import {
  collectChat,
  collectGenerate,
  type ChatInput,
  type Generated,
  type GenerateInput,
} from './collect.ts'

export interface RecorderOptions {
  arm: Arm
  /** The server's URL, as `resolveHost` gives it. */
  host: string
  /** Sampling seed of calls for which neither arm nor call sets one. */
  seed: number
  /** Put at the head of every prompt; undefined for none. */
  nonce: string | undefined
  /** Longest silence within a call, before the first byte and between chunks, ms. */
  timeout: number
  bound: Bound
  /** Interrupts every call. */
  signal: AbortSignal
  /** num_ctx as the server runs it; unknown means no call is invalid as `context_overflow`. */
  effectiveContext?: number
  /** performance.now() when the trial began. */
  origin: number
  /** Told of every request as it is made. */
  onRequest?: (request: MadeRequest) => void
}

/** Measures the calls of one trial. */
export interface Recorder {
  /** The official client, bound to the arm's host. Its failures are the client's own. */
  ollama: Ollama
  /** Streams, measures, resolves to the whole response. @throws ChimeraError for every invalid call; its code is the reason. */
  generate: (request: GenerateInput) => Promise<Generated>
  chat: (request: ChatInput) => Promise<ChatResponse>
  /** For any client that takes a `fetch`. Model calls to the arm's server are measured, all else passes. */
  fetch: typeof fetch
  /** The arm's server, as a URL without a trailing slash. */
  host: string
  /** Variables by which a child process finds the server through the recording proxy, which this opens. */
  variables: () => Record<string, string>
  /** Runs work whose calls through the process's own `fetch` are measured too. */
  inside: <T>(work: () => T) => T
  /** Runs work as a named stage; its calls carry the name, also when stages run at once. */
  stage: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /** Runs work as one of several concurrent agents; its calls carry the name. */
  asAgent: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /** The stages that have ended, by their start. */
  stages(): StageTime[]
  /** The text without the credentials that calls were made with. */
  redact: (text: string) => string
  /**
   * Ends the trial: aborts what is open and returns the calls in the order they were made. A call that
   * was open never settles for the agent, so nothing of it can surface after the trial; nor do calls made later.
   */
  finish(): Promise<MadeCall[]>
}

type Request = Parameters<typeof fetch>

export function createRecorder(options: RecorderOptions): Recorder {
  const { arm, host, signal, origin } = options
  const contexts = new CallContexts<OpenCall>(origin)
  const calls: OpenCall[] = []
  const secrets = new Secrets()
  secrets.learn(arm.headers ?? {}, 'all')
  let finished = false
  let proxy: Proxy | undefined
  /** The arm's headers take the place of the client's own, a key that stands for none among them. */
  const withHeaders = (headers: Record<string, string>): Record<string, string> => ({
    ...headers,
    ...Object.fromEntries(new Headers(arm.headers)),
  })

  const interrupted = invalid('interrupted', callMessages.interrupted())
  const interrupt = (): void => calls.forEach((call) => call.stop(interrupted))
  signal.addEventListener('abort', interrupt)

  const refuse = (): Promise<Response> =>
    finished ? never() : Promise.reject(new ChimeraError(interrupted.reason, interrupted.message))

  /** A model call to the arm's server, measured. */
  async function measure(via: Via, protocol: Protocol, [input, init]: Request): Promise<Response> {
    const { stage, agent, made } = via === 'proxy' ? contexts.likely() : contexts.current()
    const outgoing = await outgoingOf(input, init)
    // The body may have taken a moment to read, and the trial may be over by now.
    if (finished || signal.aborted) return refuse()
    const text = new TextDecoder().decode(outgoing.body)
    const asked = objectOf(parseJson(text))
    options.onRequest?.({ stage, endpoint: protocol.endpoint, body: protocol.complete(asked, { arm }).body })
    const { body, options: sent, hidesUsage = false, refused } = protocol.complete(asked, options)
    secrets.learn(outgoing.headers, 'credentials')
    const call = new OpenCall({
      ...options,
      redact: (text) => secrets.redact(text),
      index: calls.length,
      stage,
      agent,
      via,
      protocol,
      hidesUsage,
      streamed: protocol.isStreamed(body),
      model: String(body['model']),
      options: sent,
      keepAlive: body['keep_alive'],
    })
    calls.push(call)
    made?.(call)
    if (refused !== undefined)
      return call.refuse(invalid('http_error', callMessages.refused_option(refused, outgoing.url.pathname)))
    const own = input instanceof Request ? input.signal : undefined
    return call.send(
      {
        ...outgoing,
        headers: withHeaders(outgoing.headers),
        body: new TextEncoder().encode(JSON.stringify(body)),
      },
      init?.signal ?? own,
    )
  }

  /** A `fetch` that measures model calls and gives the others to `otherwise`. */
  const door =
    (via: Via, otherwise: typeof fetch): typeof fetch =>
    (...request) => {
      const protocol = callTo(host, request)
      return protocol ? measure(via, protocol, request) : otherwise(...request)
    }
  const unmeasured: typeof fetch = async (input, init) => {
    if (finished || signal.aborted) return refuse()
    const outgoing = await outgoingOf(input, init)
    const headers = isAtHost(outgoing.url, host) ? withHeaders(outgoing.headers) : outgoing.headers
    return send({ ...outgoing, headers }, either(signal, init?.signal)).response
  }
  const globalDoor = (...request: Request): Promise<Response> | undefined => {
    const protocol = callTo(host, request)
    return protocol && measure('global', protocol, request)
  }

  /** Runs a request whose failure, and whose invalid success, is to be reported with the call's own message. */
  async function checked<T>(request: () => Promise<T>): Promise<T> {
    let call: OpenCall | undefined
    const fault = (cause?: unknown): ChimeraError | undefined => {
      const outcome = call?.outcome
      return outcome?.valid === false
        ? new ChimeraError(outcome.reason, outcome.message, { cause })
        : undefined
    }
    const result = await contexts
      .run({ made: (made) => void (call = made) }, request)
      .catch((error: unknown) => {
        throw fault(error) ?? error
      })
    const failure = fault()
    if (failure) throw failure
    return result
  }

  async function finish(): Promise<MadeCall[]> {
    // What has arrived by now belongs to the calls.
    await drain()
    finished = true
    signal.removeEventListener('abort', interrupt)
    const abandoned = invalid('truncated_stream', callMessages.abandoned())
    for (const call of calls) call.drop(signal.aborted ? interrupted : abandoned)
    proxy?.close()
    return calls.map((call) => call.toCall(origin))
  }

  const measured = door('context', unmeasured)
  const ollama = quiet(new Ollama({ host, fetch: measured }))
  return {
    ollama,
    generate: (request) => dropped(checked(() => collectGenerate(ollama, arm, request))),
    chat: (request) => dropped(checked(() => collectChat(ollama, arm, request))),
    fetch: (...request) => dropped(measured(...request)),
    host,
    variables: () => variablesFor((proxy ??= openProxy(host, door('proxy', unmeasured))).url),
    inside: (work) => throughDoor(globalDoor, work),
    stage: (name, work) => contexts.stage(name, work),
    asAgent: (name, work) => throughDoor(globalDoor, () => contexts.run({ agent: name }, async () => work())),
    stages: () => contexts.stages(),
    redact: (text) => secrets.redact(text),
    finish,
  }
}

/** The protocol of a request that is a model call to `host`. */
function callTo(host: string, [input, init]: Request): Protocol | undefined {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  const address = input instanceof Request ? input.url : input.toString()
  if (method.toUpperCase() !== 'POST' || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return isAtHost(url, host) ? protocolAt(url.pathname) : undefined
}

function either(one: AbortSignal, other: AbortSignal | null | undefined): AbortSignal {
  return other ? AbortSignal.any([one, other]) : one
}

/** For work of an agent that is over: nobody waits for it, and nobody would catch its failure. */
function never<T>(): Promise<T> {
  return new Promise(() => {})
}
