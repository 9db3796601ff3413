import { callMessages } from './messages.ts'
import {
  invalid,
  judgeEnd,
  judgeError,
  judgeFailure,
  judgeFinal,
  judgeHead,
  judgeStatus,
  tooLong,
  type Invalid,
  type Limits,
  type Outcome,
} from './outcome.ts'
import { parseJson } from '../json.ts'
import { HideUsage, type Parser, type Protocol, type Said } from './protocol/index.ts'
import { redact } from '../secrets.ts'
import { Reply } from './reply.ts'
import { slowedFinal, type Slowdown } from './slowdown.ts'

const SPACE = 0x20
const BRACKET = 0x5b
const BRACE = 0x7b

export interface Expected extends Limits {
  streamed: boolean
  model: string
  host: string
  protocol: Protocol
  /** Whether usage was asked for that the reader is not to see. */
  hidesUsage: boolean
  take?: (said: Said) => void
  /** What its reply was slowed by; the durations in it are slowed here. */
  slowdown?: Slowdown | undefined
}

/** What comes of a request: bytes to events to an outcome. The first outcome stands. */
export class ReplyReader {
  readonly reply: Reply = new Reply()
  outcome: Outcome | undefined
  /** When the outcome was reached, performance.now(). */
  endedAt = 0
  /** Whether the reply comes in pieces; a server may answer a streamed request whole. */
  streamed: boolean
  readonly #expected: Expected
  readonly #elapsed: (at: number) => number
  readonly #parser: Parser
  readonly #body: Uint8Array[] = []
  readonly #hiding: HideUsage | undefined
  #status = 200
  #location: string | null = null
  #isHeard = false
  #unreadable: Invalid | undefined
  #saysWhole = false

  /** `elapsed` gives ms since the request was written. */
  constructor(expected: Expected, elapsed: (at: number) => number) {
    this.#expected = expected
    this.#elapsed = elapsed
    this.#parser = expected.protocol.stream()
    const isRead = expected.take === undefined
    this.#hiding = expected.hidesUsage && isRead ? new HideUsage() : undefined
    this.streamed = expected.streamed
  }

  /** Whether a reply has begun, in contrast to a refusal. */
  get begun(): boolean {
    return this.#isHeard && this.#ok()
  }

  /** Takes out of the headers what will not be true of what the reader sees. */
  head(status: number, headers: Headers): void {
    this.#status = status
    this.#isHeard = true
    this.#unreadable = this.#ok() ? judgeHead(headers, this.#expected.host) : undefined
    this.#location = headers.get('location')
    const isJson = headers.get('content-type')?.startsWith('application/json') ?? false
    this.#saysWhole = isJson && !this.#isWhole() && this.#expected.protocol.api === 'openai'
    if (this.#hiding && !this.#isWhole()) headers.delete('content-length')
  }

  /** Takes bytes in; returns those that the call's own reader is to see. */
  chunk(bytes: Uint8Array, at: number): Uint8Array {
    if (this.#saysWhole) this.#look(bytes)
    if (!this.outcome) {
      if (this.#isWhole()) this.#body.push(bytes)
      else for (const said of this.#parser.push(bytes)) this.#take(said, at)
    }
    return this.#hiding && !this.#isWhole() ? this.#hiding.push(bytes) : bytes
  }

  /** A head says JSON of one object and, in some servers and proxies, of a stream: the first byte tells, blanks aside. */
  #look(bytes: Uint8Array): void {
    const first = bytes.find((byte) => byte > SPACE)
    if (first === undefined) return
    this.#saysWhole = false
    this.streamed = first !== BRACE && first !== BRACKET
  }

  /** The reply has ended; returns bytes that were held back. */
  end(at: number): Uint8Array | undefined {
    this.#close(at, (rest) => judgeEnd(this.reply, rest, this.#expected.protocol.api))
    return this.#hiding?.rest()
  }

  broke(error: Error, at: number, connected: boolean): void {
    const { host, protocol } = this.#expected
    const otherwise = (): Invalid =>
      judgeFailure(error, { connected, heard: this.#isHeard }, host, protocol.api)
    this.#close(at, otherwise, isCounted)
  }

  left(at: number): void {
    this.#close(at, () => invalid('truncated_stream', callMessages.aborted()), isCounted)
  }

  decide(outcome: Outcome, at: number): void {
    if (this.outcome) return
    this.outcome = outcome.valid ? outcome : { ...outcome, message: redact(outcome.message) }
    this.endedAt = at
  }

  /** Judges what has come when no more will; `takes` says which of the last words of a stream are taken. */
  #close(
    at: number,
    otherwise: (rest: boolean) => Invalid,
    takes: (said: Said) => boolean = () => true,
  ): void {
    if (this.outcome) return
    const { protocol, model, host } = this.#expected
    const text = Buffer.concat(this.#body).toString('utf8').trim()
    if (!this.#ok()) {
      const refusal = { status: this.#status, body: text, location: this.#location, model, host }
      return this.decide(judgeStatus(refusal, protocol.api), at)
    }
    if (this.#unreadable) return this.decide(this.#unreadable, at)
    const { said, rest } = this.streamed ? this.#parser.end() : wholeOf(protocol, text)
    for (const one of said) if (!this.streamed || takes(one)) this.#take(one, at)
    if (!this.outcome) this.decide(otherwise(rest), at)
  }

  #take(said: Said, at: number): void {
    if (this.outcome) return
    const { slowdown } = this.#expected
    const final = slowdown && said.final && slowedFinal(said.final, slowdown)
    const outcome = this.#judge(final === undefined ? said : { ...said, final }, at)
    if (outcome) this.decide(outcome, at)
  }

  #judge(said: Said, at: number): Outcome | undefined {
    if (said.error !== undefined) return judgeError(said.error, this.#expected.host)
    this.reply.take(said, at)
    this.#expected.take?.(said)
    if (said.broken !== undefined)
      return invalid('truncated_stream', callMessages.truncated_stream(said.broken))
    return this.reply.final
      ? judgeFinal(this.reply, this.#elapsed(at), this.#expected)
      : tooLong(this.reply.arrivals.length, this.#elapsed(at), this.#expected.bound)
  }

  #isWhole(): boolean {
    return !this.streamed || !this.#ok() || this.#unreadable !== undefined
  }

  #ok(): boolean {
    return this.#status >= 200 && this.#status < 300
  }
}

/** Where a stream broke off, a final word without its counts is one whose counts were still to come. */
function isCounted({ final }: Said): boolean {
  return final === undefined || final.eval_count !== undefined
}

/** A reply that broke off before it was an object is left to how it ended. */
function wholeOf(protocol: Protocol, text: string): { said: Said[]; rest: boolean } {
  const isObject = parseJson(text) !== undefined
  return { said: isObject ? [protocol.whole(text)] : [], rest: !isObject && text !== '' }
}
