import { createHash } from 'node:crypto'
import { ChimeraError } from '../errors.ts'
import { callMessages } from './messages.ts'
import { toCall, type MadeCall, type Via } from './call.ts'
import type { Outgoing } from './exchange.ts'
import { invalid, tooLong, type Invalid, type Outcome } from './outcome.ts'
import type { Said } from './protocol/index.ts'
import { ReplyReader, type Expected } from './reply-reader.ts'
import { send, type Sent, type Tap } from './transport.ts'
import { watchDeadlines } from './deadline.ts'

/** What is known of a call when it is made. */
export interface CallStart extends Expected {
  index: number
  stage: string | null
  agent: string | undefined
  via: Via
  options: Record<string, unknown>
  keepAlive: unknown
  /** Longest silence, ms. */
  timeout: number
  /** Takes what the reply says, in place of a reader. */
  take?: (said: Said) => void
}

// How long a decided reply may take to end by itself, so that its connection can serve the next call.
const LINGER = 1000

const NOTHING = new Uint8Array()

/** A call under way: sends it, watches its limits, and lets a ReplyReader follow the reply alongside the agent's own reader. */
export class OpenCall implements Tap {
  readonly #start: CallStart
  readonly #madeAt = performance.now()
  readonly #reader: ReplyReader
  readonly #clearDeadlines: () => void
  #sent: Sent | undefined
  #request: string | undefined
  #writtenAt: number | undefined
  #over = false
  readonly #settled = Promise.withResolvers<Outcome>()

  /** Resolves when the call is decided; never, if its trial is over before. */
  get settled(): Promise<Outcome> {
    return this.#settled.promise
  }

  constructor(start: CallStart) {
    this.#start = start
    this.#reader = new ReplyReader(start, (at) => at - this.#began())
    this.#clearDeadlines = watchDeadlines({
      next: () => Math.min(this.#silentAt(), this.#longAt()),
      missed: () => this.stop(this.#missed()),
    })
  }

  get outcome(): Outcome | undefined {
    return this.#reader.outcome
  }

  /** When it was decided, performance.now(). */
  get endedAt(): number | undefined {
    return this.outcome && this.#reader.endedAt
  }

  /** Sends the request; the reader's own signal may break it off. Where `take` is all that reads, the response is nobody's. */
  send(outgoing: Outgoing, signal?: AbortSignal): Promise<Response> {
    this.#request = digestOf(outgoing)
    this.#sent = send(outgoing, signal, this, this.#start.slowdown)
    return this.#sent.response
  }

  /** Ends the call with this outcome, at the server too, if it is not decided; its reader sees the message as an error. */
  stop(outcome: Invalid): void {
    if (this.outcome) return
    this.#reader.decide(outcome, performance.now())
    this.#settle()
    this.#abort(outcome)
  }

  /** Ends the call before it leaves. Its reader sees a bad request, which no client sends again. */
  refuse(outcome: Invalid): Response {
    this.#reader.decide(outcome, performance.now())
    this.#settle()
    this.#clearDeadlines()
    return Response.json(
      { error: { message: outcome.message, type: 'invalid_request_error' } },
      { status: 400 },
    )
  }

  /** Ends the call when nobody is to read it any more: its promise and its stream stay as they are. */
  drop(outcome: Invalid): void {
    const decided = this.outcome !== undefined
    this.#reader.decide(outcome, performance.now())
    this.#clearDeadlines()
    if (!decided) this.#sent?.drop()
    else if (!this.#over) setTimeout(() => this.#over || this.#sent?.drop(), LINGER).unref()
  }

  /** The call as it is recorded; it must be decided. */
  toCall(origin: number): MadeCall {
    const { reply, endedAt } = this.#reader
    const outcome = this.outcome ?? invalid('truncated_stream', callMessages.abandoned())
    const { endpoint } = this.#start.protocol
    const { streamed } = this.#reader
    return toCall({
      ...this.#start,
      endpoint,
      streamed,
      outcome,
      request: this.#request,
      begun: this.#reader.begun,
      reply,
      origin,
      writtenAt: this.#began(),
      endedAt,
    })
  }

  written(at: number | undefined): void {
    this.#writtenAt = at
  }

  head(status: number, headers: Headers): void {
    this.#reader.head(status, headers)
  }

  chunk(bytes: Uint8Array, at: number): Uint8Array {
    const decided = this.outcome !== undefined
    const read = this.#reader.chunk(bytes, at)
    const seen = this.#start.take ? NOTHING : read
    const { outcome } = this
    if (decided || !outcome) return seen
    this.#settle()
    this.#clearDeadlines()
    // A reply that is over is left to end by itself; one that is too long would not.
    if (!outcome.valid && outcome.reason === 'runaway' && !this.#reader.reply.final) this.#abort(outcome)
    return seen
  }

  end(at: number): Uint8Array | undefined {
    this.#over = true
    const held = this.#reader.end(at)
    this.#settle()
    this.#clearDeadlines()
    return held
  }

  broke(error: Error, at: number, by: 'connection' | 'reader'): 'error' | 'close' {
    this.#over = true
    if (by === 'reader') this.#reader.left(at)
    else this.#reader.broke(error, at, this.#sent?.isConnected() ?? false)
    this.#settle()
    this.#clearDeadlines()
    return this.outcome?.valid ? 'close' : 'error'
  }

  #settle(): void {
    if (this.outcome) this.#settled.resolve(this.outcome)
  }

  #abort(outcome: Invalid): void {
    this.#clearDeadlines()
    this.#sent?.abort(new ChimeraError(outcome.reason, outcome.message))
  }

  #began(): number {
    return this.#writtenAt ?? this.#madeAt
  }

  #silentAt(): number {
    return (this.#sent?.lastByteAt() ?? this.#began()) + this.#start.timeout
  }

  #longAt(): number {
    return this.#began() + (this.#start.bound.ms ?? Infinity)
  }

  #missed(): Invalid {
    const { timeout, host, bound, protocol } = this.#start
    const runaway = tooLong(0, performance.now() - this.#began(), bound)
    if (runaway) return runaway
    if (!this.#sent?.isConnected()) {
      const detail = `no connection within ${timeout} ms`
      return invalid('unreachable', callMessages.unreachable(host, detail, protocol.api))
    }
    const spoke = this.#sent?.lastByteAt() !== undefined
    return invalid(
      'timeout',
      spoke ? callMessages.timeout_stall(timeout) : callMessages.timeout_first_byte(timeout),
    )
  }
}

/** Within a trial nonce and seed are the same, so requests that leave alike were made alike. */
function digestOf({ url, body = NOTHING }: Outgoing): string {
  return createHash('sha256').update(url.href).update(body).digest('base64')
}
