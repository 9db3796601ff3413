import { callMessages } from './messages.ts'
import { parseJson } from '../json.ts'
import { LineReader } from './ndjson.ts'
import {
  invalid,
  judgeEnd,
  judgeFailure,
  judgeFinal,
  judgeStatus,
  tooLong,
  type Invalid,
  type Limits,
  type Outcome,
} from './outcome.ts'
import { Reply } from './reply.ts'

export interface Expected extends Limits {
  streamed: boolean
  model: string
  host: string
}

/** What comes of a request: bytes to objects to an outcome. The first outcome stands. */
export class ReplyReader {
  readonly reply: Reply = new Reply()
  outcome: Outcome | undefined
  /** When the outcome was reached, performance.now(). */
  endedAt = 0
  readonly #expected: Expected
  readonly #elapsed: (at: number) => number
  readonly #lines = new LineReader()
  readonly #body: Uint8Array[] = []
  #status = 200
  #location: string | null = null

  /** `elapsed` gives ms since the request was written. */
  constructor(expected: Expected, elapsed: (at: number) => number) {
    this.#expected = expected
    this.#elapsed = elapsed
  }

  head(status: number, headers: Headers): void {
    this.#status = status
    this.#location = headers.get('location')
  }

  chunk(bytes: Uint8Array, at: number): void {
    if (this.outcome) return
    if (!this.#expected.streamed || !this.#ok()) this.#body.push(bytes)
    else for (const line of this.#lines.push(bytes)) this.#take(line, at)
  }

  end(at: number): void {
    this.#close(at, (rest) => judgeEnd(this.reply, rest))
  }

  broke(error: Error, at: number, written: boolean): void {
    this.#close(at, () => judgeFailure(error, written, this.#expected.host))
  }

  left(at: number): void {
    this.#close(at, () => invalid('truncated_stream', callMessages.aborted()))
  }

  decide(outcome: Outcome, at: number): void {
    if (this.outcome) return
    this.outcome = outcome
    this.endedAt = at
  }

  /** Judges what has come when no more will; a final object without a line's end still counts. */
  #close(at: number, otherwise: (rest: string) => Invalid): void {
    if (this.outcome) return
    const { streamed, model, host } = this.#expected
    const text = Buffer.concat(this.#body).toString('utf8').trim()
    if (!this.#ok()) return this.decide(judgeStatus(this.#status, text, this.#location, model, host), at)
    const rest = streamed ? this.#lines.rest() : text
    const whole = parseJson(rest) !== undefined
    if (whole) this.#take(rest, at)
    if (!this.outcome) this.decide(otherwise(whole ? '' : rest), at)
  }

  #take(line: string, at: number): void {
    if (this.outcome) return
    const said = this.reply.take(line, at)
    const outcome =
      'error' in said
        ? invalid('stream_error', callMessages.stream_error(said.error))
        : 'malformed' in said
          ? invalid('truncated_stream', callMessages.truncated_stream('a line of it is no JSON object'))
          : said.final
            ? judgeFinal(this.reply, this.#elapsed(at), this.#expected)
            : tooLong(this.reply.arrivals.length, this.#elapsed(at), this.#expected.bound)
    if (outcome) this.decide(outcome, at)
  }

  #ok(): boolean {
    return this.#status >= 200 && this.#status < 300
  }
}
