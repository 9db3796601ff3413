/** How to read what a document shows: each explanation once, and only of what is there. */
import type { SuiteReport } from '../../schema/generated.ts'
import { count, share } from '../../text/index.ts'
import { heading, trusted } from './blocks.ts'
import type { Block } from './blocks.ts'

export function legendBlocks(suites: readonly SuiteReport[]): Block[] {
  const comparisons = suites.flatMap((suite) => suite.comparisons)
  const arms = suites.flatMap((suite) => suite.arms)
  const items = [
    comparisons.length > 0 &&
      'Bold metrics are gated; the others have a verdict only where they moved. Values are medians. A change is the Hodges-Lehmann estimate over the blocks, with its repeated confidence interval in brackets; `~` where that includes no change.',
    comparisons.some(({ difference }) => difference !== undefined) &&
      'valid_rate is a difference in percentage points over all trials that count; its interval shows which differences are not ruled out.',
    comparisons.some(({ stage }) => stage !== null) &&
      'By stage, each cell is a change: ✗ regressed, ✓ improved. report.html has the intervals.',
    suites.some(({ attribution }) => attribution !== undefined) &&
      'The change of trial_duration is split over stages and parts that add up to it; changes are means over the blocks, in ms, and the intervals of all parts hold jointly. Other time in calls is what the server does not report, such as network and queue. Own code is the time in which no call ran.',
    ...suites.map(({ sweep }) => sweep !== undefined && rankingLegend(sweep)),
    arms.some(({ concurrency }) => concurrency !== undefined) &&
      "Speedup is the sum of the solo walls over the concurrent wall, from solo trials in the same blocks; efficiency is speedup per agent; slowdown is an agent's concurrent wall over its solo wall. Load balance, the sum of the concurrent walls over the longest, shows how evenly the work is spread; it does not measure a gain.",
    arms.some(({ invalid }) => Object.keys(invalid).length > 0) &&
      'Invalid trials are counted and shown; their whole block is excluded from all other figures.',
  ].filter((item) => item !== false)
  if (items.length === 0) return []
  const unique = [...new Set(items)].map(trusted)
  return [
    { kind: 'section', blocks: [heading(2, trusted('How to read this')), { kind: 'list', items: unique }] },
  ]
}

function rankingLegend({ threshold, alpha, ranking }: NonNullable<SuiteReport['sweep']>): string {
  return `Candidates that share a rank (=) show no detectable difference from the first of it, paired by block. Against the leader: behind is detectably worse, equal has its whole interval within ±${share(threshold)}, open is undecided. The intervals of a column hold jointly at ${share(alpha)} one-sided error across ${count(ranking.length, 'candidate')}. Sweeps do not fail the build.`
}
