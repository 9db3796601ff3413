/**
 * Which trials are shown moment by moment, and what each of them did: of all blocks that in which the candidate took longest
 * against the baseline, and one in the middle.
 */
import { timeline } from '../judge/critical-path.ts'
import type { Call, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { median } from '../stats/index.ts'
import type { CallPart, CallTimes, Lane, Span, TrialTimes, Waterfall } from './pictures/picture.ts'
import { measuredTrials, trialsOf } from './document/trials.ts'

/** Of every suite, in the order of the report. */
export function reportWaterfalls({ suites }: Report, trials: readonly Trial[]): Waterfall[] {
  return suites.flatMap((suite) => waterfalls(suite, trialsOf(suite, trials)))
}

/** The middle block and the worst one, once where they are the same; of a sweep those of the leading candidate. */
export function waterfalls(suite: SuiteReport, trials: readonly Trial[]): Waterfall[] {
  const candidate = leaderOf(suite) ?? suite.arms.find(({ role }) => role === 'candidate')?.name
  const pairs = pairsOf(trials, candidate).toSorted((a, b) => a.ratio - b.ratio)
  const worst = pairs.at(-1)
  if (worst === undefined) return []
  const middle = median(pairs.map(({ ratio }) => ratio))
  const central = pairs.reduce((best, one) =>
    Math.abs(one.ratio - middle) < Math.abs(best.ratio - middle) ? one : best,
  )
  const show = (chosen: Waterfall['chosen'], { block, ratio, both }: Pair): Waterfall => ({
    kind: 'waterfall',
    suite: suite.name,
    chosen,
    block,
    of: pairs.length,
    ratio,
    trials: both.map(timesOf),
  })
  return [show('median', central), ...(worst === central ? [] : [show('worst', worst)])]
}

/** The candidate that leads a sweep; undefined of other suites, and where none could be ranked. */
export function leaderOf({ sweep }: SuiteReport): string | undefined {
  return sweep?.ranking.find(({ rank }) => rank === 1)?.arm
}

interface Pair {
  block: string
  ratio: number
  both: [Trial, Trial]
}

/** A valid trial of each arm, block by block; a re-queued block counts by its last attempt. */
function pairsOf(trials: readonly Trial[], candidate: string | undefined): Pair[] {
  const blocks = Map.groupBy(measuredTrials(trials), ({ phase, block }) => `${phase} ${block}`)
  return [...blocks].flatMap(([block, own]) => {
    const last = Math.max(...own.map(({ attempt }) => attempt))
    const both = own.filter(({ attempt }) => attempt === last)
    const before = both.find(({ role }) => role === 'baseline')
    const after = both.find(({ role, arm }) => role === 'candidate' && arm === candidate)
    if (before === undefined || after === undefined || !(before.duration > 0)) return []
    return [{ block, ratio: after.duration / before.duration, both: [before, after] }]
  })
}

function timesOf(trial: Trial): TrialTimes {
  const { arm, role, duration } = trial
  const agents = Map.groupBy(trial.calls, ({ agent = '' }) => agent)
  return { arm, role, duration, lanes: [...agents].flatMap(([agent, calls]) => lanesOf(trial, agent, calls)) }
}

/** An agent's calls in as many lanes as run at once; its own code is in the first. */
function lanesOf({ duration, stages }: Trial, agent: string, calls: readonly Call[]): Lane[] {
  const whole = stages.find(({ name }) => name === agent) ?? { start: 0, duration }
  const bounds: [number, number] = [whole.start, Math.min(duration, whole.start + whole.duration)]
  const own = stages
    .filter(({ name }) => (agent === '' ? true : name.startsWith(`${agent}/`)))
    .map(({ name, start, duration: ms }) => ({
      name: agent === '' ? name : name.slice(agent.length + 1),
      start,
      end: start + ms,
    }))
  return rowsOf(calls.map(callTimes)).map((row, i): Lane => ({
    agent,
    calls: row,
    gaps: i === 0 ? gapsBetween(calls, bounds) : [],
    stages: i === 0 ? rowsOf(own) : [],
  }))
}

/** In as many rows as overlap, each in the first that is free. */
function rowsOf<Item extends { start: number; end: number }>(items: readonly Item[]): Item[][] {
  const rows: Item[][] = []
  for (const item of items.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const free = rows.find((row) => (row.at(-1)?.end ?? 0) <= item.start)
    if (free === undefined) rows.push([item])
    else free.push(item)
  }
  return rows
}

/** Where no call runs: tools after a reply that asks for them, the agent's own code otherwise. */
function gapsBetween(calls: readonly Call[], [from, to]: readonly [number, number]): Lane['gaps'] {
  const gaps: Span<'own' | 'tools'>[] = []
  let reached = from
  let part: 'own' | 'tools' = 'own'
  for (const { start, duration, done_reason: reason } of calls.toSorted((a, b) => a.start - b.start)) {
    if (start > reached) gaps.push({ part, start: reached, end: start })
    if (start + duration < reached) continue
    reached = start + duration
    part = reason === 'tool_calls' ? 'tools' : 'own'
  }
  if (to > reached) gaps.push({ part: 'own', start: reached, end: to })
  return gaps
}

/** What a call did, in order; thinking ends with the first chunk of the answer, where that is not the first chunk of all. */
function callTimes(call: Call): CallTimes {
  const { index, stage, endpoint, valid, cold, start, duration, ttft, ttft_content: answer } = call
  let at = start
  const parts = timeline(call).flatMap(([part, ms]): Span<CallPart>[] => {
    const [from, to] = [at, (at += ms)]
    if (ms <= 0) return []
    if (part !== 'decode') return [{ part, start: from, end: to }]
    const thinks = ttft !== undefined && answer !== undefined && answer > ttft
    const thought = thinks ? Math.min(to, Math.max(from, start + answer)) : from
    const both = [
      { part: 'thinking' as const, start: from, end: thought },
      { part: 'tokens' as const, start: thought, end: to },
    ]
    return both.filter(({ start: begin, end }) => end > begin)
  })
  return { index, stage, endpoint, valid, cold, start, end: start + duration, parts }
}
