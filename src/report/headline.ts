/** What every report opens with, in the same words everywhere: may this merge, and on which engine was it measured. */
import { defined, present } from '../optional.ts'
import type { Report, Verdict } from '../schema/generated.ts'
import { count } from '../text/index.ts'

/** The answer on one line. */
export interface Headline {
  mayMerge: boolean
  /** One word for the state of the gate. */
  word: 'Passed' | 'Regressed' | 'Invalid' | 'Inconclusive' | 'Interrupted'
  /** `may merge` or `do not merge`; for an import, that it is one. */
  answer: string
  /** After `Passed`: what got worse and is not gated. */
  caveat?: string
  /** Why, in one sentence. */
  reason: string
  /** Word and answer in one line. */
  title: string
}

/** Fails closed: all that is not clearly a pass reads as a failure, and an interrupted run never passes. */
export function headline(report: Report): Headline {
  const { word, mayMerge, reason, caveat } = decide(report)
  // Nobody merges an archive.
  const answer =
    report.source === 'import' ? 'imported, nothing was run' : mayMerge ? 'may merge' : 'do not merge'
  const title = caveat === undefined ? `${word}: ${answer}` : `${word}, ${caveat}`
  return { mayMerge, word, answer, ...defined({ caveat }), reason, title }
}

function decide({ status, gate, suites }: Report): Omit<Headline, 'title' | 'answer'> {
  const gated = suites.flatMap((suite) => suite.comparisons).filter((comparison) => comparison.gated)
  const all = count(gated.length, 'gated comparison')
  const found = (verdict: Verdict): number => gated.filter((one) => one.verdict === verdict).length
  const failing = gate.failures.length > 0
  const isSweepOnly = suites.length > 0 && suites.every(({ sweep }) => sweep !== undefined)
  if (status === 'interrupted') {
    const reason =
      'The run was stopped before it could decide. What was measured is reported; run it again for a verdict.'
    return { mayMerge: false, word: 'Interrupted', reason }
  }
  if (gate.status === 'inconclusive') {
    const open = found('inconclusive')
    const what =
      open === 0 ? 'not every gated metric could be decided' : `${open} of ${all} could not be decided`
    const isUnranked = suites.every(({ sweep }) => sweep?.ranking.every(({ rank }) => rank === undefined))
    const reason =
      isSweepOnly && isUnranked
        ? 'No candidate could be ranked; the warnings say why.'
        : `No regression was found, but ${what}.`
    return { mayMerge: !failing, word: 'Inconclusive', reason }
  }
  if (gate.status === 'invalid') {
    const reason = 'The data cannot be judged; the failures say what to do.'
    return { mayMerge: false, word: 'Invalid', reason }
  }
  if (gate.status === 'regressed' || failing) {
    const n = found('regressed')
    const reason = n === 0 ? 'The gate failed.' : `${n} of ${all} regressed.`
    return { mayMerge: false, word: 'Regressed', reason }
  }
  const { metric, caveat = lostComparison(suites) } = ungatedSlowdown(suites) ?? {}
  const tally = present(
    ...(['improved', 'unchanged', 'inconclusive'] as const).map(
      (word) => found(word) > 0 && `${found(word)} ${word}`,
    ),
  ).join(', ')
  const none = isSweepOnly ? 'a sweep gates nothing' : 'none was compared'
  const cure = metric === undefined ? '' : ` To gate it, set \`thresholds: { ${metric}: true }\`.`
  const reason = `No gated metric regressed: ${tally || none}.${cure}`
  return { mayMerge: true, word: 'Passed', reason, ...defined({ caveat }) }
}

/** Times of the whole trial that a user feels, gated or not. */
const FELT: Readonly<Record<string, string>> = { e2e_latency: 'replies take', trial_duration: 'trials take' }

/** The largest ungated slowdown beyond its threshold. */
function ungatedSlowdown(suites: Report['suites']): { metric: string; caveat: string } | undefined {
  const [worst] = suites
    // A config against itself has nothing that could be slower: what moved there is the machine.
    .filter(({ calibration = false }) => !calibration)
    .flatMap((suite) => suite.comparisons)
    .filter(
      ({ metric, stage, gated, verdict }) =>
        metric in FELT && stage === null && !gated && verdict === 'regressed',
    )
    .toSorted((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0))
  if (worst === undefined) return undefined
  const { metric, ratio = 1 } = worst
  const times = ratio.toFixed(ratio < 1.95 ? 2 : 1)
  return { metric, caveat: `but ${FELT[metric]} ${times} times as long: ${metric} is not gated here` }
}

/** A gated metric that only one arm has: a candidate that no longer streams is not as fast as before, it is not compared. */
function lostComparison(suites: Report['suites']): string | undefined {
  for (const { sweep, arms, warnings } of suites) {
    if (sweep !== undefined) continue
    for (const { code, metric = '', arm } of warnings) {
      // The first line is no place for a name of somebody else's.
      const role = arms.find(({ name }) => name === arm)?.role
      if (role === undefined || (code !== 'metric_absent' && code !== 'reported_gated')) continue
      const lost = code === 'reported_gated' ? 'output_throughput' : metric
      return `but ${lost} was not compared: the ${role} has none`
    }
  }
  return undefined
}

/** The sentence every report carries when the embedded engine was used; undefined when it was not. */
export function embeddedNote({ suites }: Report): string | undefined {
  const arms = suites.flatMap((suite) => suite.arms).filter((arm) => arm.server.kind === 'embedded')
  if (arms.length === 0) return undefined
  const engines = new Set(
    arms.flatMap(({ server: { engine, model_file: file, version } }) =>
      engine === undefined ? (version ?? []) : present(engine, file).join(', '),
    ),
  )
  const models = [...new Set(arms.map((arm) => arm.model))]
  const named =
    models.length === 1 ? `the real model named ${models[0]}` : `the real models named ${models.join(', ')}`
  const engine = engines.size === 0 ? '' : ` (${[...engines].join('; ')})`
  return `Measured on the embedded engine${engine}: the figures say nothing about a GPU or about ${named}.`
}
