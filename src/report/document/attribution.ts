/** What explains a change: why trial_duration moved, the parts of a TTFT, and durations at equal length of the replies. */
import type {
  Attribution,
  AttributionPart,
  SuiteReport,
  Comparison,
  TtftPart,
} from '../../schema/generated.ts'
import {
  count,
  difference,
  includesZero,
  percent,
  quantity,
  signed,
  type Change,
  pair,
} from '../../text/index.ts'
import {
  columns,
  joined,
  only,
  pictures,
  prose,
  say,
  strong,
  table,
  trusted,
  type Block,
  type Inline,
} from './blocks.ts'

/** Most parts in the sentence, and the least of the whole change that one of them must be. */
const MOST_NAMED = 3
const LEAST_SHARE = 0.1

/** `+38.0 % trial_duration: report stage makes 3 more calls (+31.0 %), own code +300 ms (+7.0 %)`, the largest part first. */
export function attributionSentence(attribution: Attribution): Inline {
  const found = detected(attribution)
  const whole = say`${{ kind: 'change', change: relative(attribution), short: true }} trial_duration`
  if (found.length === 0) return say`${whole}: no change of any part is detected`
  const named = found
    .filter((part, i) => i === 0 || Math.abs(part.change) >= LEAST_SHARE * Math.abs(attribution.change))
    .slice(0, MOST_NAMED)
    .map((part) => say`${told(part)} (${trusted(percentOf(part, attribution))})`)
  const rest = found.length - named.length
  return say`${whole}: ${joined(named, ', ')}${rest > 0 ? trusted(`, and ${count(rest, 'smaller part')}`) : undefined}`
}

export function attributionBlocks({ attribution }: SuiteReport): Block[] {
  if (attribution === undefined) return []
  const found = detected(attribution)
  return [
    prose(say`${attributionSentence(attribution)}.`),
    ...bridge(attribution),
    ...only('markdown', ...(found.length === 0 ? [] : [partsTable(attribution, found)])),
    ...only('html', partsTable(attribution, byImpact(attribution.parts))),
  ]
}

/** Most steps of the picture; the smaller ones are one. */
const MOST_STEPS = 8

/** The largest steps from one trial_duration to the other, and what is left as one. */
function bridge({ baseline_value: before, candidate_value: after, parts }: Attribution): Block[] {
  const shown = byImpact(parts).slice(0, MOST_STEPS)
  if (shown.length === 0) return []
  const steps = shown.map((part) => ({ label: partLabel(part), change: part.change }))
  const rest = after - before - steps.reduce((sum, { change }) => sum + change, 0)
  const others = parts.length > shown.length ? [{ label: 'all other parts', change: rest }] : []
  return pictures(undefined, [{ kind: 'bridge', before, after, steps: [...steps, ...others] }])
}

/** The parts given, what all others add up to, and the whole. */
function partsTable(attribution: Attribution, parts: readonly AttributionPart[]): Block {
  const rest = attribution.change - parts.reduce((sum, { change }) => sum + change, 0)
  const heads = columns('stage', 'part', 'change', '>of trial_duration')
  const row = (part: Pick<AttributionPart, 'change' | 'interval'>): Inline[] => [
    trusted(difference(part.change, 'ms', part.interval)),
    trusted(percentOf(part, attribution)),
  ]
  const others = attribution.parts.length - parts.length
  const all = trusted('all')
  return table(trusted('Parts of the change of trial_duration'), heads, [
    ...parts.map((part) => [part.stage ?? trusted('outside stages'), label(part), ...row(part)]),
    ...(others === 0
      ? []
      : [[all, trusted(`${count(others, 'other part')}, no change detected`), ...row(sum(rest))]]),
    [all, strong('trial_duration'), ...row(attribution)],
  ])
}

/** A sum without an interval of its own. */
function sum(change: number): Pick<AttributionPart, 'change' | 'interval'> {
  return { change, interval: [change, change] }
}

function detected({ parts }: Attribution): AttributionPart[] {
  return byImpact(parts.filter(({ interval }) => !includesZero(interval)))
}

/** The largest change first. */
function byImpact(parts: readonly AttributionPart[]): AttributionPart[] {
  return parts.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))
}

/** A change of a part as a clause. */
function told(part: AttributionPart): Inline {
  const { stage, change, count: more = 0 } = part
  const who = stageName(stage)
  if (part.part === 'calls') return say`${who} makes ${trusted(amount(more, 'call'))}`
  if (part.part === 'input_tokens')
    return say`${who} evaluates ${trusted(amount(more, 'prompt token'))} per call`
  if (part.part === 'output_tokens') return say`${who} decodes ${trusted(amount(more, 'token'))} per call`
  const ms = trusted(`${names[part.part]} ${difference(change, 'ms', [change, change])}`)
  return stage === null ? ms : say`${who} ${ms}`
}

/** Who makes the calls of a stage. */
export function stageName(stage: string | null): Inline {
  return stage === null ? trusted('the agent') : say`${stage} stage`
}

/** `3 more calls`, `1 fewer call`. */
export function amount(more: number, noun: string): string {
  const size = quantity(Math.abs(more), 'count')
  return `${size} ${more < 0 ? 'fewer' : 'more'} ${noun}${size === '1' ? '' : 's'}`
}

function label({ part, count: more }: AttributionPart): Inline {
  const each = part === 'calls' ? 'per trial' : 'tokens per call'
  return trusted(more === undefined ? names[part] : `${names[part]}, ${signed(more)} ${each}`)
}

/** `report: decoding`, a label as plain text. */
function partLabel({ stage, part }: AttributionPart): string {
  return stage === null ? names[part] : `${stage}: ${names[part]}`
}

const names: Readonly<Record<AttributionPart['part'], string>> = {
  calls: 'calls',
  load: 'load',
  input_tokens: 'prompt evaluation',
  prompt_rate: 'prompt evaluation, time per token',
  output_tokens: 'decoding',
  decode_rate: 'decoding, time per token',
  other: 'other time in calls',
  own_code: 'own code',
}

function percentOf({ change }: { change: number }, { baseline_value: base }: Attribution): string {
  return `${percent(1 + change / base)} %`
}

function relative({ candidate_value: after, baseline_value: before, interval }: Attribution): Change {
  const ratio = after / before
  if (interval === undefined) return { ratio }
  const [lower, upper] = interval
  return { ratio, interval: [1 + lower / before, 1 + upper / before] }
}

/** The parts that differ wherever there are any, all of them on a page; durations at equal length where a gated one is open. */
export function explanations(comparisons: readonly Comparison[]): Block[] {
  return comparisons.flatMap((one): Block[] => {
    const { metric, parts = [], length_adjusted: adjusted } = one
    const whole = parts.reduce((sum, { baseline_value: ms }) => sum + ms, 0)
    const differing = parts.filter((part) => isTelling(part, whole))
    const isOpen = one.gated && one.verdict === 'inconclusive'
    const atLength =
      adjusted === undefined
        ? []
        : [prose(say`${metric} at equal output tokens: ${{ kind: 'change', change: adjusted }}.`)]
    return [
      ...only('markdown', ...ttftBlocks(differing), ...(isOpen ? atLength : [])),
      ...only('html', ...ttftBlocks(parts), ...atLength),
    ]
  })
}

/** Detected, by a tenth of the part, and by a hundredth of the TTFT: a few microseconds of load are no news. */
function isTelling(
  { baseline_value: before, candidate_value: after, interval }: TtftPart,
  whole: number,
): boolean {
  const by = Math.abs(after - before)
  return !includesZero(interval) && by >= before / 10 && by >= whole / 100
}

function ttftBlocks(parts: readonly TtftPart[]): Block[] {
  return parts.length === 0 ? [] : [prose(say`ttft by part: ${joined(parts.map(partOf), '; ')}.`)]
}

/** `prompt evaluation 13.0 → 19.5 ms (+6.5 ms [+6.2, +6.9])` */
function partOf({ part, baseline_value: before, candidate_value: after, interval }: TtftPart): Inline {
  const change = difference(after - before, 'ms', interval)
  return trusted(`${ttftNames[part]} ${pair(before, after, 'ms')} (${change})`)
}

const ttftNames: Readonly<Record<TtftPart['part'], string>> = {
  load: 'load',
  prompt: 'prompt evaluation',
  rest: 'the rest',
}
