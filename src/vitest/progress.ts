/**
 * What a terminal shows while a run lasts: one line that is redrawn, or in CI one line a few seconds.
 * Pure but for the stream it writes to.
 */
import type { Message } from './wire.ts'
import { armsOf, type ArmFacts, type Plan } from '../judge/plan.ts'
import { warningTexts } from '../judge/messages.ts'
// Names come from the user's files, messages from servers: neither may move the cursor.
import { present } from '../optional.ts'
import { oneLine, span, treesText, visible } from '../text/index.ts'
import { minimumBlocks } from '../stats/index.ts'
import type { Trial } from '../schema/generated.ts'

/** As much of a writable stream as progress needs. */
export interface ProgressStream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

const QUIET_INTERVAL_MS = 10_000

export class Progress {
  readonly #stream: ProgressStream
  #blocks: Plan['blocks'] | undefined
  #hosts: string[] = []
  #drawn = false
  #lastLine = 0
  #trials = 0
  #invalid = 0
  #named = false
  #forecast: { blocks: number; end: number } | undefined
  readonly #told = new Set<string>()

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  /** Shows what a message means for someone who waits. */
  show(message: Message): void {
    if (message.kind === 'plan') this.#open(message.plan)
    if (message.kind === 'facts') this.#nameServers(Object.values(message.facts))
    if (message.kind === 'notice') this.#notice(message)
    if (message.kind === 'forecast') {
      const { blocks, ms } = message.forecast
      this.#forecast = { blocks, end: performance.now() + ms }
    }
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
    this.#stream.write(`${visible(text)}\n`)
  }

  /** Prints a text whose control characters are its author's own. */
  raw(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  #notice({ text, once = false }: Extract<Message, { kind: 'notice' }>): void {
    if (once && this.#told.has(text)) return
    this.#told.add(text)
    this.line(`  ${text}`)
  }

  #open(plan: Plan): void {
    const { suite, blocks, seed, candidates } = plan
    this.#blocks = blocks
    this.#hosts = [...new Set(armsOf(plan).map(({ host }) => host))]
    this.#trials = 0
    this.#invalid = 0
    this.#named = false
    this.#forecast = undefined
    this.line(`${suite}: ${titleOf(plan)}, ${blocks.min} to ${blocks.max} blocks, seed ${seed}`)
    const needed = minimumBlocks(plan.alpha / candidates.length)
    if (blocks.max < needed) this.line(`  ${warningTexts.tooFewBlocks(blocks.max, needed)}`)
  }

  #nameServers([facts]: readonly ArmFacts[]): void {
    if (this.#named || facts === undefined) return
    this.#named = true
    const { kind, version, engine, model_file: file } = facts.server
    const name =
      kind === 'embedded'
        ? `the embedded engine (${present(engine ?? 'llama.cpp', file).join(', ')})`
        : `Ollama ${version ?? 'of unknown version'}`
    this.line(`  on ${name} at ${this.#hosts.join(' and ')}`)
  }

  #count({ trial }: Extract<Message, { kind: 'trial' }>): void {
    this.#trials++
    if (!trial.valid) this.#invalid++
    const broken = this.#invalid > 0 ? `, ${this.#invalid} invalid` : ''
    const text = `  ${trial.suite}: ${whereabouts(trial, this.#limit())}, ${trial.arm}, ${this.#trials} trials${broken}`
    if (this.#stream.isTTY === true) this.#draw(text)
    else if (performance.now() - this.#lastLine > QUIET_INTERVAL_MS) {
      this.#lastLine = performance.now()
      this.line(text)
    }
  }

  /** `about 34 blocks, 20 s more`, once a look has said so; until then the maximum. */
  #limit(): string {
    if (this.#forecast === undefined) return `at most ${this.#blocks?.max ?? '?'}`
    const { blocks, end } = this.#forecast
    return `about ${blocks} blocks, ${span(Math.max(0, end - performance.now()))} more`
  }

  #draw(text: string): void {
    const width = (this.#stream.columns ?? 80) - 1
    this.#stream.write(`\r\u001B[2K${oneLine(text).slice(0, width)}`)
    this.#drawn = true
  }
}

/** `confirming on fresh blocks, block 3 of at most 20`: which part of the run a trial belongs to. */
function whereabouts({ phase, block }: Trial, limit: string): string {
  const place = `block ${block} of ${limit}`
  if (phase === 'confirm') return `confirming on fresh blocks, ${place}`
  if (phase === 'warmup') return block === 0 ? 'warming up' : `warming up for ${place}`
  return phase === 'solo' ? `${place}, agents alone` : place
}

function titleOf({ kind, baseline, candidates, ranking, trees }: Plan): string {
  const [{ arm: head }] = candidates
  if (baseline.code !== undefined && head.code !== undefined && trees !== undefined)
    return `${head.config ?? head.name}, ${treesText({ base: baseline.code, head: head.code }, trees)}`
  if (kind !== 'sweep') return `${candidates.map(({ arm }) => arm.name).join(', ')} against ${baseline.name}`
  const count = `${candidates.length} ${candidates.length === 1 ? 'candidate' : 'candidates'}`
  return `${count} against ${baseline.name}${ranking?.halving === undefined ? '' : ', halving'}`
}
