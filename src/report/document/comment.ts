/** What a pull request shows of a run: may it merge, why, one line a suite, and what the commits changed in the suites. */
import type { Report, SuiteReport, Trial } from '../../schema/generated.ts'
import { count } from '../../text/index.ts'
import { present } from '../../optional.ts'
import { fold, joined, prose, remark, say, strong, trusted, type Block } from './blocks.ts'
import { requestBlocks } from './requests.ts'
import { inReadingOrder, top } from './run.ts'

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
    newSuites(suites, items),
    requestFold(
      suites.filter((suite) => suite.requests !== undefined),
      requests,
    ),
  )
}

/** Those that base has not; of those that head has no longer a notice tells. */
function newSuites(suites: readonly SuiteReport[], most: number): Block[] {
  const added = suites.filter((suite) => suite.kind === 'code' && suite.trees.is_new)
  if (added.length === 0) return []
  const names = added.slice(0, most).map(({ name }) => strong(name))
  const rest = added.length > most ? trusted(` and ${added.length - most} more`) : undefined
  return [prose(say`New, measured and not gated: ${joined(names, ', ')}${rest}.`)]
}

function requestFold(differing: readonly SuiteReport[], most: number): Block[] {
  if (differing.length === 0) return []
  const title = trusted(`Requests differ in ${count(differing.length, 'suite')}`)
  const shown = differing.slice(0, most)
  const rest = differing.length - shown.length
  if (shown.length === 0) return [prose(say`${title}; see report.md.`)]
  return [
    fold(
      title,
      ...shown.flatMap((suite) => [prose(strong(suite.name)), ...requestBlocks(suite, MOST_DIFF)]),
      ...(rest > 0 ? [remark(`Requests of ${count(rest, 'more suite')} differ; see report.md.`)] : []),
    ),
  ]
}
