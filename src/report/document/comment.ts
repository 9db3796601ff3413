/** What a pull request shows of a run: may it merge, why, one line a suite, and what the commits changed in the suites. */
import type { Report, SuiteReport, Trial, Verdict } from '../../schema/generated.ts'
import { count, pair } from '../../text/index.ts'
import { present } from '../../optional.ts'
import { columns, fold, joined, prose, remark, say, strong, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import { changePart, label } from './comparisons.ts'
import { requestBlocks } from './requests.ts'
import { inReadingOrder, nameIn, top } from './run.ts'

/** Most lines of the diffs of one suite. */
const MOST_DIFF = 12

/** How much of a run there is room for. */
export interface CommentLimits {
  /** Items of each list: failures, notices, suites. */
  items: number
  /** Suites whose first different request is shown. */
  requests: number
}

export function commentDocument(
  report: Report,
  trials: readonly Trial[],
  { items, requests }: CommentLimits,
): Block[] {
  const suites = inReadingOrder(report)
  return present(
    top(report, suites, trials.length, items),
    decisive(suites, items),
    newSuites(suites, items),
    requestFold(suites, requests),
  )
}

/** What gates and is not unchanged, the regressions first: what a reviewer has to know of a run in five columns. */
function decisive(suites: readonly SuiteReport[], most: number): Block[] {
  const all = suites.flatMap((suite) =>
    suite.comparisons
      .filter(({ gated, verdict }) => gated && verdict !== 'unchanged')
      .map((comparison) => ({ name: nameIn(suites, suite), comparison })),
  )
  if (all.length === 0) return []
  const order: Verdict[] = ['regressed', 'inconclusive', 'improved']
  const rows = all
    .toSorted((a, b) => order.indexOf(a.comparison.verdict) - order.indexOf(b.comparison.verdict))
    .slice(0, most)
    .map(({ name, comparison }): Inline[] => [
      name,
      label(comparison),
      trusted(pair(comparison.baseline_value, comparison.candidate_value, comparison.unit)),
      changePart(comparison),
      { kind: 'verdict', word: comparison.verdict, gated: true },
    ])
  const rest = all.length - rows.length
  return present(
    table(
      trusted('What gates'),
      columns('suite', 'metric', '>baseline → candidate', 'change', 'verdict'),
      rows,
    ),
    rest > 0 && remark(`and ${rest} more in report.md`),
  )
}

/** Those that base has not; of those that head has no longer a notice tells. */
function newSuites(suites: readonly SuiteReport[], most: number): Block[] {
  const added = suites.filter((suite) => suite.kind === 'code' && suite.trees.is_new)
  if (added.length === 0) return []
  const names = added.slice(0, most).map((suite) => strong(nameIn(suites, suite)))
  const rest = added.length > most ? trusted(` and ${added.length - most} more`) : undefined
  return [prose(say`New, measured and not gated: ${joined(names, ', ')}${rest}.`)]
}

function requestFold(suites: readonly SuiteReport[], most: number): Block[] {
  const differing = suites.filter((suite) => suite.requests !== undefined)
  if (differing.length === 0) return []
  const title = trusted(`Requests differ in ${count(differing.length, 'suite')}`)
  const shown = differing.slice(0, most)
  const rest = differing.length - shown.length
  if (shown.length === 0) return [prose(say`${title}; see report.md.`)]
  return [
    fold(
      title,
      ...shown.flatMap((suite) => [prose(strong(nameIn(suites, suite))), ...requestBlocks(suite, MOST_DIFF)]),
      ...(rest > 0 ? [remark(`Requests of ${count(rest, 'more suite')} differ; see report.md.`)] : []),
    ),
  ]
}
