/** One suite on the page: comparisons, stages, trials in run order, configs, what was invalid, the last outputs. */
import { isMetric } from '../metrics.ts'
import type { Comparison, SuiteReport, Trial } from '../schema/generated.ts'
import { trialName } from './agent-calls.ts'
import { concurrencyHtml } from './concurrency.ts'
import { toHtml, type Html } from './escape.ts'
import { absent, count } from './format.ts'
import { armsTable } from './html-arms.ts'
import { comparisonTable } from './html-comparisons.ts'
import { marks, prose } from './html-prose.ts'
import { legacyHtml } from './legacy-sections.ts'
import type { Notes } from './notes.ts'
import { outputPart } from './html-output.ts'
import { brief } from './output.ts'
import { hasMoved, pairings, stagesTitle } from './pairings.ts'
import { strip } from './strip.ts'
import { sweepHtml } from './sweep-html.ts'

/** What a section needs beside its suite. */
export interface SectionContext {
  notes: Notes
  trials: readonly Trial[]
  /** Path of an arm's page, relative to the report. */
  agentPath: (suite: string, arm: string) => string
  /** Longest output shown, in characters. */
  longestOutput: number
}

/** Most invalid trials listed; trials.jsonl has them all. */
const mostInvalid = 40

/** The section of one suite, headed by `id` so that the overview can link to it. */
export function suiteSection(suite: SuiteReport, id: string, context: SectionContext): Html {
  const { notes } = context
  const trials = context.trials.filter((trial) => trial.suite === suite.name && trial.file === suite.file)
  return toHtml`<section id="${id}" class="suite">
<h2>${suite.name}${marks(notes.at(suite))}</h2>
<p class="facts"><code>${suite.file}</code>${schedule(suite).map((fact) => toHtml`<span>${fact}</span>`)}</p>
${suite.sweep === undefined ? undefined : sweepHtml(suite, suite.sweep, notes)}
${pairings(suite).map(({ baseline, candidate, comparisons }) => {
  const title = `${candidate} against ${baseline}`
  const part = comparisonPart(suite, title, comparisons, context)
  return suite.sweep === undefined ? part : toHtml`<details><summary>${title}</summary>${part}</details>`
})}
${concurrencyHtml(suite)}
${legacyHtml(suite, trials)}
${strips(suite, trials)}
${armsTable(suite, notes)}
${invalidTrials(trials)}
${suite.arms.map((arm) => outputPart(arm, trials, context.agentPath(suite.name, arm.name), context.longestOutput))}
</section>
`
}

function schedule({ blocks, requeued = 0, confirmed, seed }: SuiteReport): string[] {
  return [
    `${blocks.min === blocks.max ? '' : `${blocks.min} to `}${count(blocks.max, 'block')}`,
    ...(requeued > 0 ? [`${count(requeued, 'block')} re-queued`] : []),
    ...(confirmed === true ? ['what regressed was run again on fresh blocks'] : []),
    seed === undefined ? 'imported' : `CHIMERA_SEED=${seed} repeats it`,
  ]
}

function comparisonPart(
  suite: SuiteReport,
  title: string,
  comparisons: readonly Comparison[],
  { notes }: SectionContext,
): Html {
  if (comparisons.length === 0)
    return toHtml`<p>${title}: nothing could be compared, no block had a valid trial of both arms.</p>`
  const row = (comparison: Comparison) => ({
    comparison,
    marks: marks(notes.at(suite, { metric: comparison.metric })),
  })
  const whole = comparisons.filter((comparison) => comparison.stage === null)
  const staged = comparisons.filter((comparison) => comparison.stage !== null)
  const moved = staged.some(hasMoved)
  return toHtml`${comparisonTable(title, [{ rows: whole.map(row) }])}
<p class="legend">Bold metrics are gated. Values are medians; the change is the Hodges–Lehmann estimate with its repeated confidence interval, ~ where that includes no change; valid_rate is a difference in percentage points over all trials, with a confidence interval.</p>
${
  staged.length === 0
    ? undefined
    : toHtml`<details${moved ? toHtml` open` : undefined}><summary>${stagesTitle(staged)}</summary>${comparisonTable(
        `${title}, by stage`,
        [...Map.groupBy(staged, ({ stage }) => stage ?? '')].map(([stage, some]) => ({
          title: stage,
          rows: some.map(row),
        })),
      )}</details>`
}`
}

/** A plot of every gated metric; of the trials' durations where none has values. */
function strips(suite: SuiteReport, trials: readonly Trial[]): Html | undefined {
  const gated = suite.comparisons
    .filter(({ stage, gated }) => stage === null && gated)
    .map(({ metric }) => metric)
  const plot = (metrics: readonly string[]): Html[] =>
    metrics.filter(isMetric).flatMap((metric) => strip(metric, trials) ?? [])
  const found = plot(suite.sweep === undefined ? [...new Set(gated)] : [suite.sweep.rank_by])
  const plots = found.length > 0 ? found : plot(['trial_duration'])
  if (plots.length === 0) return undefined
  const names = (role: string): string =>
    suite.arms
      .filter((arm) => arm.role === role)
      .map((arm) => arm.name)
      .join(', ')
  return toHtml`<h3>Trials</h3><div class="strips">${plots}</div>
<p class="legend"><span class="key baseline">${names('baseline')}</span><span class="key candidate">${names('candidate')}</span>${trials.some((trial) => !trial.valid) ? toHtml`<span class="key invalid">invalid</span>` : undefined}<span>lines are medians of the valid trials; warm-ups are left out</span></p>`
}

function invalidTrials(trials: readonly Trial[]): Html | undefined {
  const invalid = trials.filter((trial) => !trial.valid)
  if (invalid.length === 0) return undefined
  const rest = invalid.length - mostInvalid
  return toHtml`<h3>Invalid trials</h3><div class="scroll" tabindex="0" role="region" aria-label="Invalid trials"><table class="invalid-trials"><caption>Counted, shown, and in no figure above; the whole block was left out</caption>
<thead><tr><th scope="col">trial</th><th scope="col">arm</th><th scope="col">reason</th><th scope="col">message</th></tr></thead>
<tbody>${invalid.slice(0, mostInvalid).map((trial) => toHtml`<tr><td>${trialName(trial)}</td><td>${trial.arm}</td><td><code>${trial.invalid_reason}</code></td><td>${prose(brief(trial.message ?? absent))}</td></tr>`)}</tbody></table></div>
${rest > 0 ? toHtml`<p class="legend">${count(rest, 'more invalid trial')} in trials.jsonl.</p>` : undefined}`
}
