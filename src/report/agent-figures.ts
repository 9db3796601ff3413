/** One arm's config, requested beside effective, and its samples: the few that lead, and all of them. */
import { trialValues } from '../judge/values.ts'
import { metrics, type MetricName } from '../metrics.ts'
import type { ArmReport, Sample, Trial } from '../schema/generated.ts'
import { summarize } from '../stats/index.ts'
import { measuredTrials, totalsTable } from './agent-workflow.ts'
import { configRows } from './config.ts'
import { code, toMd, type Md } from './escape.ts'
import { absent, count, json, quantity } from './format.ts'
import { own, table } from './markdown-table.ts'
import { validity } from './pairings.ts'

/** Every option and every fact known of the arm, and the config of each of its agents. */
export function configuration(arm: ArmReport): string[] {
  const { requested, effective } = configRows(arm)
  const names = [...new Set([...requested, ...effective].map(([name]) => name))]
  const cell = (rows: typeof requested, name: string): Md =>
    toMd`${rows.find(([key]) => key === name)?.[1] ?? absent}`
  const { kind, version } = arm.server
  const rows = [
    ['model', toMd`${code(arm.model)}`, own('')],
    ['server', toMd`${code(arm.host)}`, toMd`${kind}${version === undefined ? '' : ` ${version}`}`],
    ...names.map((name) => [toMd`${name}`, cell(requested, name), cell(effective, name)]),
  ]
  return [
    table(['', 'requested', 'effective'], rows),
    ...(arm.agents === undefined ? [] : [agentsTable(arm.agents)]),
    ...(arm.agents === undefined && requested.length === 0
      ? ["No option was requested: the server's defaults."]
      : []),
  ]
}

function agentsTable(agents: NonNullable<ArmReport['agents']>): string {
  return table(
    ['agent', 'model', 'server', 'options', 'num_ctx'],
    agents.map(({ name, model, host, options, effective }) => [
      toMd`${name}`,
      toMd`${code(model)}`,
      toMd`${code(host)}`,
      toMd`${Object.entries(options).map(([key, value], i) => `${i > 0 ? ', ' : ''}${key} ${json(value)}`)}${Object.keys(options).length === 0 ? 'defaults' : ''}`,
      own(quantity(effective.num_ctx, 'x')),
    ]),
  )
}

const leading: readonly [metric: MetricName, name: string][] = [
  ['output_throughput', 'throughput'],
  ['reported_throughput', 'throughput, reported by the server'],
  ['ttft', 'TTFT, warm calls'],
  ['ttft_cold', 'TTFT, cold calls'],
  ['trial_duration', 'trial duration'],
]

/** What people look for first. Invalid trials and warm-ups are in no figure, cold calls have their own. */
export function aggregates(arm: ArmReport, trials: readonly Trial[]): string[] {
  const { trials: started, valid, reasons } = validity(arm)
  const invalid = reasons.map(([reason, n]) => toMd`${reason} ${n}`.text).join(', ')
  const rows = leading.flatMap(([metric, name]) => leadingRow(name, arm.samples[metric]))
  return [
    `${count(started, 'trial')} started, ${valid} valid${invalid === '' ? '' : `; invalid and in no figure below: ${invalid}`}.`,
    ...(rows.length === 0
      ? ['No block was complete and valid, so there is nothing to aggregate.']
      : [leadingTable(rows), 'Over the trials of complete, valid blocks; sd and CV are between trials.']),
    ...(trials.some(({ calls }) => calls.length > 0) ? [totalsTable(trials), totalsNote(trials)] : []),
  ]
}

/** The same of one of several agents: over its own calls, and its own time from start to end. */
export function agentAggregates(trials: readonly Trial[], agent: string): string[] {
  const own = measuredTrials(trials).map((trial) => {
    const calls = trial.calls.filter((call) => call.agent === agent)
    const wall = trial.stages.find(({ name }) => name === agent)?.duration
    return trialValues({ ...trial, calls, duration: wall ?? Number.NaN })
  })
  const rows = leading.flatMap(([metric, name]) => {
    const values = own.map((one) => one.get(metric)).filter((value) => value !== undefined)
    const sample = values.length === 0 ? undefined : { ...summarize(values), unit: metrics[metric].unit }
    return leadingRow(name === 'trial duration' ? 'start to end' : name, sample)
  })
  return [...(rows.length === 0 ? [] : [leadingTable(rows)]), totalsTable(trials, agent)]
}

function leadingRow(name: string, sample: Sample | undefined): (string | Md)[][] {
  return sample === undefined ? [] : [[name, ...summary(sample).slice(1, 4), own(String(sample.n))]]
}

function leadingTable(rows: readonly (readonly (string | Md)[])[]): string {
  return table(['per trial', '>mean ± sd', '>CV', '>median', '>trials'], rows)
}

function totalsNote(trials: readonly Trial[]): string {
  const isCold = trials.some(({ calls }) => calls.some((call) => call.valid && call.cold))
  return isCold
    ? 'Over valid calls. Cold ones loaded the model, in warm-ups too; warm ones are those of valid trials of blocks.'
    : 'Over the valid calls of valid trials of blocks; none of them loaded the model.'
}

/** Every sample of the arm, whole trials first. */
export function statistics(arm: ArmReport): string[] {
  const whole = Object.entries(arm.samples).map(([metric, sample]) => [toMd`${metric}`, ...summary(sample)])
  const staged = arm.stages.flatMap(({ name, samples }) =>
    Object.entries(samples).map(([metric, sample]) => [toMd`${name}`, toMd`${metric}`, ...summary(sample)]),
  )
  if (whole.length === 0) return []
  const headings = ['metric', '>n', '>mean ± sd', '>CV', '>median', '>p95', '>min', '>max']
  return [
    '### Statistical summary',
    'One value a trial, over the trials of complete, valid blocks: sd, CV and p95 are between trials, not between calls. What differs from the other arm, and how surely, is in report.md.',
    table(headings, whole),
    ...(staged.length === 0 ? [] : [folded('By stage', table(['stage', ...headings], staged))]),
  ]
}

/** n, mean ± sd, CV, median, p95, min, max. */
function summary({ n, mean, sd, cv, median, p95, min, max, unit }: Sample): Md[] {
  const value = (x: number | undefined): string => quantity(x, unit, max)
  const [number = '', ...words] = value(mean).split(' ')
  const spread = sd === undefined ? value(mean) : [number, '±', value(sd).split(' ')[0], ...words].join(' ')
  return [
    own(String(n)),
    own(spread),
    own(cv === undefined ? absent : `${(cv * 100).toFixed(1)} %`),
    ...[median, p95, min, max].map((x) => own(value(x))),
  ]
}

/** Content that a reader of the page opens when needed. */
export function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`
}
