import { Ollama, type ChatResponse } from 'ollama'
import { ChimeraError } from '../errors.ts'
import { callMessages } from './messages.ts'
import { objectOf, parseJson } from '../json.ts'
import type { StageTime } from '../schema/generated.ts'
import type { Arm, Bound } from './arm.ts'
import type { MadeCall } from './call.ts'
import { OpenCall } from './open-call.ts'
import { invalid } from './outcome.ts'
import { CallContexts } from './call-context.ts'
import { dropped, quiet } from './quiet.ts'
import { complete, type MadeRequest } from './request.ts'
import { drain } from './stamped-socket.ts'
import { outgoingOf, transportFetch } from './transport.ts'
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
  /** Runs work as a named stage; its calls carry the name, also when stages run at once. */
  stage: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /** Runs work as one of several concurrent agents; its calls carry the name. */
  asAgent: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /** The stages that have ended, by their start. */
  stages(): StageTime[]
  /**
   * Ends the trial: aborts what is open and returns the calls in the order they were made. A call that
   * was open never settles for the agent, so nothing of it can surface after the trial; nor do calls made later.
   */
  finish(): Promise<MadeCall[]>
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { arm, host, signal, origin } = options
  const contexts = new CallContexts<OpenCall>(origin)
  const calls: OpenCall[] = []
  let finished = false

  const interrupted = invalid('interrupted', callMessages.interrupted())
  const interrupt = (): void => calls.forEach((call) => call.stop(interrupted))
  signal.addEventListener('abort', interrupt)

  const measured: typeof fetch = async (input, init) => {
    const refuse = (): Promise<Response> =>
      finished ? never() : Promise.reject(new ChimeraError(interrupted.reason, interrupted.message))
    if (finished || signal.aborted) return refuse()
    const endpoint = endpointOf(input, init)
    if (!endpoint) return transportFetch(input, { ...init, signal: either(signal, init?.signal) })

    const { stage, agent, made } = contexts.current()
    const asked = objectOf(typeof init?.body === 'string' ? parseJson(init.body) : undefined)
    options.onRequest?.({ stage, endpoint, body: complete(asked, { arm }) })
    const body = complete(asked, options)
    const streamed = body['stream'] !== false
    const model = String(body['model'])
    const sent = {
      index: calls.length,
      stage,
      agent,
      endpoint,
      streamed,
      model,
      options: objectOf(body['options']),
      keepAlive: body['keep_alive'],
    }
    const call = new OpenCall({ ...options, ...sent })
    calls.push(call)
    made?.(call)
    const outgoing = await outgoingOf(input, { ...init, body: JSON.stringify(body) })
    // The body may take a moment to read, and the trial may be over by then.
    if (call.outcome) return refuse()
    return call.send(outgoing, init?.signal ?? undefined)
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
    return calls.map((call) => call.toCall(origin))
  }

  const ollama = quiet(new Ollama({ host, fetch: measured }))
  return {
    ollama,
    generate: (request) => dropped(checked(() => collectGenerate(ollama, arm, request))),
    chat: (request) => dropped(checked(() => collectChat(ollama, arm, request))),
    stage: (name, work) => contexts.stage(name, work),
    asAgent: (name, work) => contexts.run({ agent: name }, async () => work()),
    stages: () => contexts.stages(),
    finish,
  }
}

function endpointOf(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): 'generate' | 'chat' | undefined {
  if (init?.method !== 'POST' || input instanceof Request) return undefined
  const match = /\/api\/(generate|chat)$/.exec(new URL(input).pathname)
  return match?.[1] as 'generate' | 'chat' | undefined
}

function either(one: AbortSignal, other: AbortSignal | null | undefined): AbortSignal {
  return other ? AbortSignal.any([one, other]) : one
}

/** For work of an agent that is over: nobody waits for it, and nobody would catch its failure. */
function never<T>(): Promise<T> {
  return new Promise(() => {})
}
