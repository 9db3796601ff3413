/** What every report opens with, in the same words everywhere: may this merge, and on which engine was it measured. */
import type { Comparison, Report } from '../schema/generated.ts'
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
  const decided = decide(report)
  // Nobody merges an archive.
  const head = report.source === 'import' ? { ...decided, answer: 'imported, nothing was run' } : decided
  const { word, answer, caveat } = head
  return { ...head, title: caveat === undefined ? `${word}: ${answer}` : `${word}, ${caveat}` }
}

function decide({ status, gate, suites }: Report): Omit<Headline, 'title'> {
  const gated = suites.flatMap((suite) => suite.comparisons).filter((comparison) => comparison.gated)
  const failing = gate.failures.length > 0
  if (status === 'interrupted')
    return {
      ...answer(false),
      word: 'Interrupted',
      reason:
        'The run was stopped before it could decide. What was measured is reported; run it again for a verdict.',
    }
  if (gate.status === 'inconclusive')
    return {
      ...answer(!failing),
      word: 'Inconclusive',
      reason: `No regression was found, but ${undecided(gated)}.`,
    }
  if (gate.status === 'invalid')
    return {
      ...answer(false),
      word: 'Invalid',
      reason: 'The data cannot be judged; the failures say what to do.',
    }
  if (gate.status === 'regressed' || failing)
    return { ...answer(false), word: 'Regressed', reason: `${regressed(gated)}.` }
  const caveat = ungatedSlowdown(suites)
  return {
    ...answer(true),
    word: 'Passed',
    reason: `No gated metric regressed: ${tally(gated, suites)}.${caveat === undefined ? '' : ` To gate it, set \`thresholds: { ${caveat.metric}: true }\`.`}`,
    ...(caveat !== undefined && { caveat: caveat.text }),
  }
}

/** Times of the whole trial that a user feels, gated or not. */
const FELT: Readonly<Record<string, string>> = { e2e_latency: 'replies take', trial_duration: 'trials take' }

/** The largest ungated slowdown beyond its threshold. */
function ungatedSlowdown(suites: Report['suites']): { metric: string; text: string } | undefined {
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
  return { metric, text: `but ${FELT[metric]} ${times} times as long: ${metric} is not gated here` }
}

function answer(mayMerge: boolean): Pick<Headline, 'mayMerge' | 'answer'> {
  return { mayMerge, answer: mayMerge ? 'may merge' : 'do not merge' }
}

function undecided(gated: readonly Comparison[]): string {
  const open = gated.filter((comparison) => comparison.verdict === 'inconclusive').length
  return open === 0
    ? 'not every gated metric could be decided'
    : `${open} of ${count(gated.length, 'gated comparison')} could not be decided`
}

function regressed(gated: readonly Comparison[]): string {
  const found = gated.filter((comparison) => comparison.verdict === 'regressed').length
  return found === 0 ? 'The gate failed' : `${found} of ${count(gated.length, 'gated comparison')} regressed`
}

function tally(gated: readonly Comparison[], suites: Report['suites']): string {
  const words = ['improved', 'unchanged', 'inconclusive'] as const
  const found = words.map(
    (word) => [gated.filter((comparison) => comparison.verdict === word).length, word] as const,
  )
  return (
    found
      .filter(([n]) => n > 0)
      .map(([n, word]) => `${n} ${word}`)
      .join(', ') ||
    (suites.every(({ sweep }) => sweep !== undefined) ? 'a sweep gates nothing' : 'none was compared')
  )
}

/** The sentence every report carries when the embedded engine was used; undefined when it was not. */
export function embeddedNote({ suites }: Report): string | undefined {
  const arms = suites.flatMap((suite) => suite.arms).filter((arm) => arm.server.kind === 'embedded')
  if (arms.length === 0) return undefined
  const engines = [
    ...new Set(
      arms.map(({ server }) => server.engine ?? server.version).filter((name) => name !== undefined),
    ),
  ]
  const models = [...new Set(arms.map((arm) => arm.model))]
  const named =
    models.length === 1 ? `the real model named ${models[0]}` : `the real models named ${models.join(', ')}`
  const engine = engines.length === 0 ? '' : ` (${engines.join('; ')})`
  return `Measured on the embedded engine${engine}: the figures say nothing about a GPU or about ${named}.`
}
