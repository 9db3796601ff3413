/**
 * What a terminal shows while a run lasts: one line that is redrawn, or in CI one line a few seconds.
 * Pure but for the stream it writes to.
 */
import { stripVTControlCharacters } from 'node:util'
import type { Message } from './artifact.ts'
import type { Plan } from './judge/plan.ts'
import { warningTexts } from './errors.ts'
import { minimumPairs } from './stats/index.ts'

/** As much of a writable stream as progress needs. */
export interface ProgressStream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

const QUIET_INTERVAL_MS = 10_000

export class Progress {
  readonly #stream: ProgressStream
  #plan: Plan | undefined
  #drawn = false
  #lastLine = 0
  #trials = 0
  #invalid = 0
  #named = false

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  /** Shows what a message means for someone who waits. */
  show(message: Message): void {
    if (message.kind === 'plan') this.#open(message.plan)
    if (message.kind === 'facts') this.#nameServers(message)
    if (message.kind === 'notice') this.line(`  ${message.text}`)
    if (message.kind === 'trial') this.#count(message)
    if (message.kind === 'ending' || message.kind === 'refused') this.clear()
  }

  /** Takes the progress line away, so that something else can print. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001B[2K')
    this.#drawn = false
  }

  /** Prints a whole line, above the progress line. */
  line(text: string): void {
    this.clear()
    this.#stream.write(`${printable(text)}\n`)
  }

  /** Prints a text whose control characters are its author's own. */
  raw(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  #open(plan: Plan): void {
    this.#plan = plan
    this.#trials = 0
    this.#invalid = 0
    this.#named = false
    const { baseline, candidate } = plan.arms
    this.line(`${plan.suite}: ${candidate.name} against ${baseline.name}, ${plan.pairs.min} to ${plan.pairs.max} blocks, seed ${plan.seed}`)
    const needed = minimumPairs(plan.alpha)
    if (plan.pairs.max < needed) this.line(`  ${warningTexts.tooFewPairs(plan.pairs.max, needed)}`)
  }

  #nameServers({ facts }: Extract<Message, { kind: 'facts' }>): void {
    if (this.#named || this.#plan === undefined) return
    this.#named = true
    const { baseline, candidate } = this.#plan.arms
    const hosts = [...new Set([baseline.host, candidate.host])].join(' and ')
    const { kind, version, engine } = facts.baseline.server
    const name = kind === 'embedded' ? `the embedded engine (${engine ?? 'llama.cpp'})` : `Ollama ${version ?? 'of unknown version'}`
    this.line(`  on ${name} at ${hosts}`)
  }

  #count({ trial }: Extract<Message, { kind: 'trial' }>): void {
    this.#trials++
    if (!trial.valid) this.#invalid++
    const phase = trial.phase === 'measure' ? '' : ` (${trial.phase})`
    const broken = this.#invalid > 0 ? `, ${this.#invalid} invalid` : ''
    const text = `  ${trial.suite}: block ${trial.block} of at most ${this.#plan?.pairs.max ?? '?'}${phase}, ${trial.arm}, ${this.#trials} trials${broken}`
    if (this.#stream.isTTY === true) this.#draw(text)
    else if (performance.now() - this.#lastLine > QUIET_INTERVAL_MS) {
      this.#lastLine = performance.now()
      this.line(text)
    }
  }

  #draw(text: string): void {
    const width = (this.#stream.columns ?? 80) - 1
    this.#stream.write(`\r\u001B[2K${printable(text).slice(0, width)}`)
    this.#drawn = true
  }
}

/** Names come from the user's files, messages from servers: neither may move the cursor. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, '')
}
