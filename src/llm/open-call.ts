import { callMessages, ChimeraError } from '../errors.ts'
import type { Call } from '../schema/generated.ts'
import { toCall } from './call.ts'
import type { Outgoing } from './exchange.ts'
import { LineReader } from './ndjson.ts'
import { invalid, judgeEnd, judgeFailure, judgeFinal, judgeStatus, tooLong, type Invalid, type Limits, type Outcome } from './outcome.ts'
import { Reply } from './reply.ts'
import { send, type Sent, type Tap } from './transport.ts'
import { watch } from './watch.ts'

/** What is known of a call when it is made. */
export interface CallStart extends Limits {
  index: number
  stage: string | null
  agent: string | undefined
  endpoint: 'generate' | 'chat'
  streamed: boolean
  model: string
  options: Record<string, unknown>
  host: string
  /** Longest silence, ms. */
  timeout: number
}

// How long a decided reply may take to end by itself, so that its connection can serve the next call.
const LINGER = 1000

/** A call under way: follows its reply beside whoever reads it, and decides how it came out. */
export class OpenCall implements Tap {
  outcome: Outcome | undefined
  readonly #start: CallStart
  readonly #madeAt = performance.now()
  readonly #reply = new Reply()
  readonly #lines = new LineReader()
  readonly #stopWatch: () => void
  #sent: Sent | undefined
  #writtenAt: number | undefined
  #endedAt = 0
  #over = false
  #status = 200
  #location: string | null = null
  #body: Uint8Array[] = []

  constructor(start: CallStart) {
    this.#start = start
    this.#stopWatch = watch({
      next: () => Math.min(this.#silentAt(), this.#longAt()),
      missed: () => this.stop(performance.now() >= this.#longAt() ? this.#tooLong() : this.#tooSilent()),
    })
  }

  /** Sends the request; the reader's own signal may break it off. */
  send(outgoing: Outgoing, signal: AbortSignal | undefined): Promise<Response> {
    if (this.outcome) return Promise.reject(new ChimeraError('interrupted', callMessages.interrupted()))
    this.#sent = send(outgoing, signal, this)
    return this.#sent.response
  }

  /** Ends the call with this outcome, at the server too, if it is not decided; its reader sees the message as an error. */
  stop(outcome: Invalid): void {
    if (this.outcome) return
    this.#decide(outcome, performance.now())
    this.#sent?.abort(new ChimeraError(outcome.reason, outcome.message))
  }

  /** The same when nobody is to read it any more: its promise and its stream stay as they are. */
  drop(outcome: Invalid): void {
    if (!this.outcome) {
      this.#decide(outcome, performance.now())
      this.#sent?.drop()
    } else if (!this.#over) {
      setTimeout(() => this.#over || this.#sent?.drop(), LINGER).unref()
    }
  }

  /** The call as it is recorded; it must be decided. */
  toCall(origin: number, isCold: (loadDurationMs: number) => boolean): Call {
    const outcome = this.outcome ?? invalid('truncated_stream', callMessages.abandoned())
    const facts = { ...this.#start, outcome, reply: this.#reply, origin, writtenAt: this.#began(), endedAt: this.#endedAt }
    return toCall(facts, isCold)
  }

  written(at: number): void {
    this.#writtenAt = at
  }

  head(status: number, headers: Headers): void {
    this.#status = status
    this.#location = headers.get('location')
  }

  chunk(bytes: Uint8Array, at: number): void {
    if (this.outcome) return
    if (!this.#start.streamed || !this.#ok()) this.#body.push(bytes)
    else for (const line of this.#lines.push(bytes)) this.#take(line, at)
  }

  end(at: number): void {
    this.#over = true
    if (!this.outcome) this.#finish(at, (rest) => judgeEnd(this.#reply, rest))
  }

  broke(error: Error, at: number, by: 'connection' | 'reader'): 'error' | 'close' {
    this.#over = true
    const failure = (): Invalid =>
      by === 'reader'
        ? invalid('truncated_stream', callMessages.aborted())
        : judgeFailure(error, this.#writtenAt !== undefined, this.#start.host)
    if (!this.outcome) this.#finish(at, failure)
    return this.#isValid() ? 'close' : 'error'
  }

  /** Judges what has come when no more will; a final object without a line's end still counts. */
  #finish(at: number, otherwise: (rest: string) => Invalid): void {
    const text = Buffer.concat(this.#body).toString('utf8')
    if (!this.#ok()) {
      const { model, host } = this.#start
      return this.#decide(judgeStatus(this.#status, text, this.#location, model, host), at)
    }
    const rest = this.#start.streamed ? this.#lines.rest() : text.trim()
    if (rest && isObject(rest)) this.#take(rest, at)
    if (!this.outcome) this.#decide(otherwise(rest && !isObject(rest) ? rest : ''), at)
  }

  #take(line: string, at: number): void {
    if (this.outcome) return
    const said = this.#reply.take(line, at)
    const elapsed = at - this.#began()
    if ('error' in said) return this.#decide(invalid('stream_error', callMessages.stream_error(said.error)), at)
    if ('malformed' in said) return this.#decide(invalid('truncated_stream', callMessages.truncated_stream('a line of it is no JSON object')), at)
    if (said.final) return this.#decide(judgeFinal(this.#reply, elapsed, this.#start), at)
    const runaway = tooLong(this.#reply.arrivals.length, elapsed, this.#start.bound)
    if (runaway) this.stop(runaway)
  }

  #decide(outcome: Outcome, at: number): void {
    this.outcome ??= outcome
    this.#endedAt = at
    this.#stopWatch()
  }

  #isValid(): boolean {
    return this.outcome?.valid === true
  }

  #ok(): boolean {
    return this.#status >= 200 && this.#status < 300
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

  #tooLong(): Invalid {
    return invalid('runaway', callMessages.runaway_ms(this.#start.bound.ms ?? 0))
  }

  #tooSilent(): Invalid {
    const { timeout, host } = this.#start
    if (this.#writtenAt === undefined) return invalid('unreachable', callMessages.unreachable(host, `no connection within ${timeout} ms`))
    const silence = this.#sent?.lastByteAt() === undefined ? callMessages.timeout_first_byte : callMessages.timeout_stall
    return invalid('timeout', silence(timeout))
  }
}

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
