/** What explains a change: the parts of a TTFT that differ, and a duration at equal length of the replies. */
import type { Comparison, TtftPart } from '../../schema/generated.ts'
import { difference, includesZero, pair } from '../../text/index.ts'
import { joined, only, prose, say, trusted, type Block, type Inline } from './blocks.ts'

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
      ...only('markdown', ...partsOf(differing), ...(isOpen ? atLength : [])),
      ...only('html', ...partsOf(parts), ...atLength),
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

function partsOf(parts: readonly TtftPart[]): Block[] {
  return parts.length === 0 ? [] : [prose(say`ttft by part: ${joined(parts.map(partOf), '; ')}.`)]
}

/** `prompt evaluation 13.0 → 19.5 ms (+6.5 ms [+6.2, +6.9])` */
function partOf({ part, baseline_value: before, candidate_value: after, interval }: TtftPart): Inline {
  const change = difference(after - before, 'ms', interval)
  return trusted(`${names[part]} ${pair(before, after, 'ms')} (${change})`)
}

const names: Readonly<Record<TtftPart['part'], string>> = {
  load: 'load',
  prompt: 'prompt evaluation',
  rest: 'the rest',
}
