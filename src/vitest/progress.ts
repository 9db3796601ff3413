/**
 * What a terminal shows while a run lasts: one line that is redrawn, or in CI one line a block. All of it comes from what
 * a worker sends at the end of a trial, and from its signs of life: nothing is sent for the line's sake, so nothing of it
 * disturbs a trial.
 * Pure but for the stream it writes to.
 */
import type { Alive, Message } from './wire.ts'
import { armsOf, type ArmFacts, type Plan } from '../judge/plan.ts'
import { warningTexts } from '../judge/messages.ts'
import { trialValues } from '../judge/values.ts'
// Names come from the user's files, messages from servers: neither may move the cursor.
import { present } from '../optional.ts'
import { clip, count, oneLine, quantity, span, treesText, visible } from '../text/index.ts'
import { minimumBlocks } from '../stats/index.ts'

/** As much of a writable stream as progress needs. */
export interface ProgressStream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/** Least time between two lines where none is redrawn: short blocks would fill a log. */
const QUIET_INTERVAL_MS = 2000

/** Fewer characters of a name say nothing. */
const LEAST_NAME = 4

export class Progress {
  readonly #stream: ProgressStream
  readonly #redraws: boolean
  #suite = ''
  #blocks: Plan['blocks'] | undefined
  #hosts: string[] = []
  #drawn = false
  #lastLine = -Infinity
  #lastBlock = ''
  #trials = 0
  #invalid = 0
  /** Throughput of the latest trial that has one. */
  #rate: number | undefined
  #named = false
  #forecast: { blocks: number; end: number } | undefined
  readonly #told = new Set<string>()

  /** `terminal` is the variable TERM: a dumb one cannot take a line back. */
  constructor(stream: ProgressStream, terminal: string | undefined = process.env['TERM']) {
    this.#stream = stream
    this.#redraws = stream.isTTY === true && terminal !== 'dumb'
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
    if (message.kind === 'alive' && this.#redraws) this.#draw(message)
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
    this.#suite = suite
    this.#blocks = blocks
    this.#hosts = [...new Set(armsOf(plan).map(({ host }) => host))]
    this.#trials = 0
    this.#invalid = 0
    this.#rate = undefined
    this.#named = false
    this.#forecast = undefined
    this.line(`${suite}: ${titleOf(plan)}, ${blocks.min} to ${blocks.max} blocks, seed ${seed}`)
    const needed = minimumBlocks(plan.alpha / candidates.length)
    if (blocks.max < needed) this.line(`  ${warningTexts.tooFewBlocks(blocks.max, needed)}`)
  }

  #nameServers([facts]: readonly ArmFacts[]): void {
    if (this.#named || facts === undefined) return
    this.#named = true
    this.line(`  on ${nameOf(facts.server)} at ${this.#hosts.join(' and ')}`)
  }

  #count({ trial }: Extract<Message, { kind: 'trial' }>): void {
    this.#trials++
    if (!trial.valid) this.#invalid++
    this.#rate = trialValues(trial).get('output_throughput') ?? this.#rate
    if (this.#redraws) return this.#draw(trial)
    const block = `${trial.phase} ${trial.block}`
    const now = performance.now()
    if (block === this.#lastBlock || now - this.#lastLine < QUIET_INTERVAL_MS) return
    this.#lastBlock = block
    this.#lastLine = now
    this.line(`  ${this.#text(trial)}`)
  }

  /** `one: block 3 of about 34 blocks, 20 s more, candidate, stage report, 45.1 tok/s, 9 trials` */
  #text(at: Moment, stage?: string): string {
    const within = stage === undefined ? '' : `, stage ${stage}`
    return `${this.#suite}: ${whereabouts(at, this.#limit())}, ${at.arm}${within}${this.#speed()}, ${count(this.#trials, 'trial')}${this.#broken()}`
  }

  #speed(): string {
    return this.#rate === undefined ? '' : `, ${quantity(this.#rate, 'tok/s')}`
  }

  #broken(): string {
    return this.#invalid > 0 ? `, ${this.#invalid} invalid` : ''
  }

  /** `about 34 blocks, 20 s more`, once a look has said so; until then the maximum. */
  #limit(): string {
    if (this.#forecast === undefined) return `at most ${this.#blocks?.max ?? '?'}`
    const { blocks, end } = this.#forecast
    return `about ${blocks} blocks, ${span(Math.max(0, end - performance.now()))} more`
  }

  /** Where the line has no room for all, first the stage goes, then all but the essential and what fits of the suite's name. */
  #draw(at: Moment): void {
    const width = (this.#stream.columns ?? 80) - 1
    const whole = [this.#text(at, at.stage), this.#text(at)].map(oneLine)
    const short = `${shortly(at, this.#forecast)}${this.#speed()}${this.#broken()}`
    const room = width - short.length - 2
    const name = room < LEAST_NAME ? '' : `${clip(oneLine(this.#suite), room).text}: `
    const line = whole.find(({ length }) => length <= width) ?? name + short
    this.#stream.write(`\r\u001B[2K${clip(line, width).text}`)
    this.#drawn = true
  }
}

/** Where a run is: a trial that is over, or one that runs. */
type Moment = Pick<Alive, 'arm' | 'phase' | 'block' | 'stage'>

/** `3/34, 26 s more`, for a narrow terminal. */
function shortly({ block }: Moment, forecast: { blocks: number; end: number } | undefined): string {
  if (forecast === undefined) return `block ${block}`
  return `block ${block}/${forecast.blocks}, ${span(Math.max(0, forecast.end - performance.now()))} more`
}

/** `confirming on fresh blocks, block 3 of at most 20`: which part of the run a trial belongs to. */
function whereabouts({ phase, block }: Moment, limit: string): string {
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

function nameOf({ kind, product, version, engine, model_file: file }: ArmFacts['server']): string {
  if (kind === 'embedded') return `the embedded engine (${present(engine ?? 'llama.cpp', file).join(', ')})`
  const name = kind === 'ollama' ? 'Ollama' : (product ?? 'a server of the OpenAI API')
  return version === undefined ? `${name} of unknown version` : `${name} ${version}`
}
