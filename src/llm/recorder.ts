import { AsyncLocalStorage } from 'node:async_hooks'
import { Ollama, type ChatRequest, type ChatResponse, type GenerateRequest, type GenerateResponse } from 'ollama'
import { callMessages, ChimeraError } from '../errors.ts'
import type { Call, StageTime } from '../schema/generated.ts'
import type { Arm, Bound } from './arm.ts'
import { OpenCall } from './open-call.ts'
import { invalid } from './outcome.ts'
import { complete, record } from './request.ts'
import { allHandedOn } from './stamped-socket.ts'
import { outgoingOf, transportFetch } from './transport.ts'
import { wholeChat, wholeGenerate } from './whole.ts'

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
  isCold(loadDurationMs: number): boolean
  /** performance.now() when the trial began. */
  origin: number
}

/** `generate` without what the arm decides. */
export type GenerateInput = Omit<GenerateRequest, 'model' | 'stream'>
/** `chat` without what the arm decides. */
export type ChatInput = Omit<ChatRequest, 'model' | 'stream'>
/** A whole reply; its text is never undefined. */
export type Generated = GenerateResponse & { response: string }

/** Measures the calls of one trial. */
export interface Recorder {
  /** The official client, bound to the arm's host. Its failures are the client's own. */
  ollama: Ollama
  /** Streams, measures, resolves to the whole response. @throws ChimeraError for every invalid call; its code is the reason. */
  generate(request: GenerateInput): Promise<Generated>
  chat(request: ChatInput): Promise<ChatResponse>
  /** Runs work as a named stage; its calls carry the name, also when stages run at once. */
  stage<T>(name: string, work: () => T | Promise<T>): Promise<T>
  /** Runs work as one of several concurrent agents; its calls carry the name. */
  asAgent<T>(name: string, work: () => T | Promise<T>): Promise<T>
  /** The stages that have ended, by their start. */
  stages(): StageTime[]
  /**
   * Ends the trial: aborts what is open and returns the calls in the order they were made. A call that
   * was open never settles for the agent, so nothing of it can surface after the trial; nor do calls made later.
   */
  finish(): Promise<Call[]>
}

/** Where in the agent a call is made. */
interface Place {
  stage: string | null
  agent: string | undefined
  /** Set by generate and chat, to find the call their request became. */
  made?: (call: OpenCall) => void
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { arm, host, signal, origin } = options
  const places = new AsyncLocalStorage<Place>()
  const place = (): Place => places.getStore() ?? { stage: null, agent: undefined }
  const calls: OpenCall[] = []
  const ended: StageTime[] = []
  let finished = false

  const interrupted = invalid('interrupted', callMessages.interrupted())
  const interrupt = (): void => calls.forEach((call) => call.stop(interrupted))
  signal.addEventListener('abort', interrupt)

  const measured: typeof fetch = async (input, init) => {
    if (finished) return new Promise(() => {})
    if (signal.aborted) throw new ChimeraError(interrupted.reason, interrupted.message)
    const endpoint = endpointOf(input, init)
    if (!endpoint) return transportFetch(input, { ...init, signal: AbortSignal.any([signal, ...(init?.signal ? [init.signal] : [])]) })

    const { stage, agent, made } = place()
    const body = complete(record(parse(init?.body)), options)
    const call = new OpenCall({
      ...options,
      index: calls.length,
      stage,
      agent,
      endpoint,
      streamed: body['stream'] !== false,
      model: String(body['model']),
      options: record(body['options']),
    })
    calls.push(call)
    made?.(call)
    return call.send(await outgoingOf(input, { ...init, body: JSON.stringify(body) }), init?.signal ?? undefined)
  }

  /** Runs a request whose failure, and whose invalid success, is to be told with the call's own message. */
  async function checked<T>(request: () => Promise<T>): Promise<T> {
    let call: OpenCall | undefined
    const fault = (cause?: unknown): ChimeraError | undefined =>
      call?.outcome?.valid === false ? new ChimeraError(call.outcome.reason, call.outcome.message, { cause }) : undefined
    const result = await places.run({ ...place(), made: (made) => void (call = made) }, request).catch((error: unknown) => {
      throw fault(error) ?? error
    })
    const failure = fault()
    if (failure) throw failure
    return result
  }

  const ollama = quiet(new Ollama({ host, fetch: measured }))
  return {
    ollama,
    generate: (request) => dropped(checked(() => wholeGenerate(ollama, arm, request))),
    chat: (request) => dropped(checked(() => wholeChat(ollama, arm, request))),
    stage: (name, work) =>
      places.run({ ...place(), stage: name }, async () => {
        const start = performance.now()
        try {
          return await work()
        } finally {
          ended.push({ name, start: ms(start - origin), duration: ms(performance.now() - start) })
        }
      }),
    asAgent: (name, work) => places.run({ ...place(), agent: name }, async () => work()),
    stages: () => ended.toSorted((a, b) => a.start - b.start),
    finish: async () => {
      // What has arrived by now belongs to the calls.
      await allHandedOn()
      finished = true
      signal.removeEventListener('abort', interrupt)
      const abandoned = invalid('truncated_stream', callMessages.abandoned())
      for (const call of calls) call.drop(signal.aborted ? interrupted : abandoned)
      return calls.map((call) => call.toCall(origin, options.isCold))
    },
  }
}

function endpointOf(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): 'generate' | 'chat' | undefined {
  if (init?.method !== 'POST' || input instanceof Request) return undefined
  const match = /\/api\/(generate|chat)$/.exec(new URL(input).pathname)
  return match?.[1] as 'generate' | 'chat' | undefined
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    return undefined
  }
}

/** An agent may drop a call's promise; its failure is recorded, and must not surface as an unhandled rejection. */
function dropped<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

function quiet(client: Ollama): Ollama {
  const { generate, chat } = client
  return Object.assign(client, {
    generate: (request: GenerateRequest & { stream?: false }) => dropped(generate.call(client, request)),
    chat: (request: ChatRequest & { stream?: false }) => dropped(chat.call(client, request)),
  })
}

function ms(value: number): number {
  return Math.max(0, Math.round(value * 1000) / 1000)
}
