import { ChimeraError } from '../errors.ts'
import { callMessages } from './messages.ts'
import { isObject, objectOf, parseJson } from '../json.ts'
import { keepHeaders } from '../secrets.ts'
import { sameName, type Arm, type Bound } from './arm.ts'
import { CallContexts } from './call-context.ts'
import type { MadeCall, Via } from './call.ts'
import { originalFetch } from './doors/index.ts'
import type { Gathering } from './gathering.ts'
import type { Outgoing } from './exchange.ts'
import { OpenCall } from './open-call.ts'
import { invalid, type Invalid } from './outcome.ts'
import {
  errorText,
  protocolAt,
  type Body,
  type MadeRequest,
  type Protocol,
  type Said,
} from './protocol/index.ts'
import type { Slowdown } from './slowdown.ts'
import { drain } from './stamped-socket.ts'
import { outgoingOf, send } from './transport.ts'

type Request = Parameters<typeof fetch>

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
  /** Planted in the streams of this trial by an audit. */
  slowdown?: Slowdown
  /** performance.now() when the trial began. */
  origin: number
  /** Told of every request as it is made. */
  onRequest?: (request: MadeRequest) => void
}

/** A request that becomes a call. */
interface Asking {
  via: Via
  protocol: Protocol
  path: string
  body: Body
  /** Model options of the call itself, under the arm's names. */
  options?: object | undefined
  take?: (said: Said) => void
  /** How the client encoded the body, of which nothing can then be read. */
  encoding?: string
}

/** The calls of one trial, from their making to their record. */
export class Calls {
  readonly contexts: CallContexts
  readonly #options: RecorderOptions
  readonly #calls: OpenCall[] = []
  #isFinished = false

  constructor(options: RecorderOptions) {
    this.#options = options
    this.contexts = new CallContexts(options.origin)
    keepHeaders(options.arm.headers ?? {}, 'arm')
    options.signal.addEventListener('abort', this.#interrupt)
  }

  /** Measures a request that someone else reads the reply of. */
  async measure(via: Via, protocol: Protocol, request: Request): Promise<Response> {
    const outgoing = await outgoingOf(...request)
    // The body may have taken a moment to read, and the trial may be over by now.
    if (this.#isOver()) return this.#refuse()
    keepHeaders(outgoing.headers, 'client')
    const { 'content-encoding': encoding = 'identity' } = outgoing.headers
    const parsed = parseJson(new TextDecoder().decode(outgoing.body))
    const path = outgoing.url.pathname
    const { call, body, refusal } = this.#make({ via, protocol, path, body: objectOf(parsed), encoding })
    if (refusal !== undefined) return call.refuse(refusal)
    // What is no request is the server's to refuse.
    const dressed = isObject(parsed)
      ? this.#dressed(outgoing.headers, body)
      : { headers: this.#headers(outgoing.headers) }
    return call.send({ ...outgoing, ...dressed }, signalOf(request))
  }

  /** Measures a request whose reply is put together here. @throws ChimeraError for every invalid call. */
  async gather<T>({ path, body, options, take, result }: Gathering<T>): Promise<T> {
    const protocol = protocolAt(path)
    if (protocol === undefined || this.#isOver()) return this.#refuse()
    const {
      call,
      body: complete,
      refusal,
    } = this.#make({ via: 'context', protocol, path, body, options, take })
    if (refusal !== undefined) call.refuse(refusal)
    else {
      const url = new URL(this.#options.host + path)
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
      void call.send({ url, method: 'POST', ...this.#dressed(headers, complete) })
    }
    const outcome = await call.settled
    if (!outcome.valid) throw new ChimeraError(outcome.reason, outcome.message)
    return result()
  }

  /** Sends what is no model call; the arm's headers go to its own server alone, and what goes elsewhere is as it is without us. */
  async pass(request: Request, isOwn: boolean): Promise<Response> {
    if (this.#isOver()) return this.#refuse()
    const [input, init] = request
    const own = signalOf(request)
    const signal = own ? AbortSignal.any([this.#options.signal, own]) : this.#options.signal
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    keepHeaders(Object.fromEntries(headers), 'client')
    if (!isOwn) return originalFetch(input, { ...init, signal })
    const outgoing = await outgoingOf(...request)
    return send({ ...outgoing, headers: this.#headers(outgoing.headers) }, signal).response
  }

  /** See `Recorder.idleSince`. */
  idleSince(): number {
    const { origin } = this.#options
    return this.#calls.reduce((at, call) => Math.max(at, call.endedAt ?? performance.now()), origin)
  }

  /** See `Recorder.finish`. */
  async finish(): Promise<MadeCall[]> {
    // What has arrived by now belongs to the calls.
    await drain()
    this.#isFinished = true
    const { signal, origin } = this.#options
    signal.removeEventListener('abort', this.#interrupt)
    const abandoned = invalid('truncated_stream', callMessages.abandoned())
    for (const call of this.#calls) call.drop(signal.aborted ? this.#aborted() : abandoned)
    return this.#calls.map((call) => call.toCall(origin))
  }

  #make({ via, protocol, path, body: asked, options, take, encoding = 'identity' }: Asking) {
    const { onRequest, arm: own } = this.#options
    const arm = options === undefined ? own : { ...own, options: { ...own.options, ...options } }
    const { stage, agent } = via === 'proxy' ? this.contexts.likely() : this.contexts.current()
    onRequest?.({ stage, endpoint: protocol.endpoint, body: protocol.complete(asked, { arm }).body })
    const completed = protocol.complete(asked, { ...this.#options, arm })
    const { body, hidesUsage = false, refused } = completed
    const streamed = protocol.isStreamed(body)
    const model = String(body['model'])
    // What is known is the context of the arm's model, loaded as the arm asks for it.
    const isArms = sameName(model, own.model) && completed.options['num_ctx'] === own.options?.num_ctx
    const call = new OpenCall({
      ...this.#options,
      // A reply that comes whole has no decode to be seen in it.
      slowdown: streamed ? this.#options.slowdown : undefined,
      index: this.#calls.length,
      stage,
      agent,
      via,
      protocol,
      hidesUsage,
      streamed,
      model,
      effectiveContext: isArms ? this.#options.effectiveContext : undefined,
      options: completed.options,
      keepAlive: body['keep_alive'],
      ...(take && { take }),
    })
    this.#calls.push(call)
    const refusal =
      encoding !== 'identity'
        ? callMessages.encoded_request(errorText(encoding))
        : refused !== undefined
          ? callMessages.refused_option(refused, path)
          : undefined
    return { call, body, refusal: refusal === undefined ? undefined : invalid('http_error', refusal) }
  }

  #dressed(headers: Outgoing['headers'], body: Body): Pick<Outgoing, 'headers' | 'body'> {
    return { headers: this.#headers(headers), body: new TextEncoder().encode(JSON.stringify(body)) }
  }

  /** The arm's headers take the place of the client's own, a key that stands for none among them. */
  #headers(own: Outgoing['headers']): Outgoing['headers'] {
    return { ...own, ...Object.fromEntries(new Headers(this.#options.arm.headers)) }
  }

  readonly #interrupt = (): void => {
    for (const call of this.#calls) call.stop(this.#aborted())
  }

  /** A trial that reached its limit says so in the reason of its signal. */
  #aborted(): Invalid {
    const { reason } = this.#options.signal
    return reason instanceof ChimeraError && reason.code === 'timeout'
      ? invalid('timeout', reason.message)
      : invalid('interrupted', callMessages.interrupted())
  }

  #isOver(): boolean {
    return this.#isFinished || this.#options.signal.aborted
  }

  /** For work of an agent that is over nobody waits, and nobody would catch its failure. */
  #refuse(): Promise<never> {
    if (this.#isFinished) return new Promise(() => {})
    const { reason, message } = this.#aborted()
    return Promise.reject(new ChimeraError(reason, message))
  }
}

/** The caller's own signal. */
function signalOf([input, init]: Request): AbortSignal | undefined {
  return init?.signal ?? (input instanceof Request ? input.signal : undefined)
}
