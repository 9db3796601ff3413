/** One arm's config, requested beside effective, and its samples: the few that lead, and all of them. */
import { trialValues } from '../../judge/values.ts'
import { metrics, type MetricName } from '../../metrics.ts'
import type { ArmReport, Sample, Trial } from '../../schema/generated.ts'
import { summarize } from '../../stats/index.ts'
import { absent, count, json, spread } from '../../text/index.ts'
import { measuredTrials, totalsTable } from './arm-stages.ts'
import { reasonsText, settingsOf, validity } from './arms.ts'
import { code, columns, heading, measured, prose, say, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'

/** Every option and every fact known of the arm, and the config of each of its agents. */
export function configuration(arm: ArmReport): Block[] {
  const { requested, effective } = settingsOf(arm)
  const names = [...new Set([...requested, ...effective].map(([name]) => name))]
  const cell = (rows: typeof requested, name: string): Inline =>
    rows.find(([key]) => key === name)?.[1] ?? trusted(absent)
  const { kind, product = kind, version } = arm.server
  const rows: Inline[][] = [
    [trusted('model'), code(arm.model), ''],
    [trusted('server'), code(arm.host), `${product}${version === undefined ? '' : ` ${version}`}`],
    ...names.map((name) => [name, cell(requested, name), cell(effective, name)]),
  ]
  return [
    table(trusted('Configuration'), columns('', 'requested', 'effective'), rows),
    ...(arm.agents === undefined ? [] : [agentsTable(arm.agents)]),
    ...(arm.agents === undefined && requested.length === 0
      ? [prose(trusted("No option was requested: the server's defaults."))]
      : []),
  ]
}

function agentsTable(agents: NonNullable<ArmReport['agents']>): Block {
  const rows = agents.map(({ name, model, host, options, effective }): Inline[] => [
    name,
    code(model),
    code(host),
    Object.entries(options)
      .map(([key, value]) => `${key} ${json(value)}`)
      .join(', ') || trusted('defaults'),
    measured(effective.num_ctx, 'x'),
  ])
  return table(trusted('Agents'), columns('agent', 'model', 'server', 'options', 'num_ctx'), rows)
}

const leading: readonly [metric: MetricName, name: string][] = [
  ['output_throughput', 'throughput'],
  ['reported_throughput', 'throughput, reported by the server'],
  ['ttft', 'TTFT, warm calls'],
  ['ttft_cold', 'TTFT, cold calls'],
  ['trial_duration', 'trial duration'],
]

/** What people look for first. Invalid trials and warm-ups are in no figure, cold calls have their own. */
export function aggregates(arm: ArmReport, trials: readonly Trial[]): Block[] {
  const { trials: started, valid, reasons } = validity(arm)
  const invalid = reasons.length === 0 ? '' : say`; invalid and in no figure below: ${reasonsText(reasons)}`
  const rows = leading.flatMap(([metric, name]) => leadingRow(name, arm.samples[metric]))
  return [
    prose(say`${trusted(count(started, 'trial'))} started, ${valid} valid${invalid}.`),
    ...(rows.length === 0
      ? [prose(trusted('No block was complete and valid, so there is nothing to aggregate.'))]
      : [
          leadingTable(rows),
          prose(trusted('Over the trials of complete, valid blocks; sd and CV are between trials.')),
        ]),
    ...(trials.some(({ calls }) => calls.length > 0)
      ? [totalsTable(trials), prose(trusted(totalsNote(trials)))]
      : []),
  ]
}

/** The same of one of several agents: over its own calls, and its own time from start to end. */
export function agentFigures(trials: readonly Trial[], agent: string): Block[] {
  const own = measuredTrials(trials).map((trial) => {
    const calls = trial.calls.filter((call) => call.agent === agent)
    const wall = trial.stages.find(({ name }) => name === agent)?.duration
    return trialValues({ ...trial, calls, duration: wall ?? Number.NaN })
  })
  const rows = leading.flatMap(([metric, name]) => {
    const values = own.map((one) => one.get(metric)).filter((value) => value !== undefined)
    const sample = values.length === 0 ? undefined : { ...summarize(values), unit: metrics[metric].unit }
    return leadingRow(metric === 'trial_duration' ? 'start to end' : name, sample)
  })
  return [...(rows.length === 0 ? [] : [leadingTable(rows)]), totalsTable(trials, agent)]
}

function leadingRow(name: string, sample: Sample | undefined): Inline[][] {
  return sample === undefined
    ? []
    : [[trusted(name), ...summary(sample).slice(1, 4), trusted(String(sample.n))]]
}

function leadingTable(rows: readonly (readonly Inline[])[]): Block {
  const heads = columns('per trial', '>mean ± sd', '>CV', '>median', '>trials')
  return table(trusted('Aggregates'), heads, rows)
}

function totalsNote(trials: readonly Trial[]): string {
  const isCold = trials.some(({ calls }) => calls.some((call) => call.valid && call.cold))
  return isCold
    ? 'Valid calls only. Cold: calls that loaded the model, including warm-ups. Warm: calls in valid trials of blocks.'
    : 'Valid calls in valid trials of blocks; none of them loaded the model.'
}

/** Every sample of the arm, whole trials first. */
export function statistics(arm: ArmReport): Block[] {
  const rowsOf = (samples: ArmReport['samples']): Inline[][] =>
    Object.entries(samples).map(([metric, sample]) => [metric, ...summary(sample)])
  const staged = arm.stages.flatMap(({ name, samples }) => rowsOf(samples).map((row) => [name, ...row]))
  const whole = rowsOf(arm.samples)
  if (whole.length === 0) return []
  const heads = ['metric', '>n', '>mean ± sd', '>CV', '>median', '>p95', '>min', '>max']
  return [
    heading(3, trusted('Statistical summary')),
    prose(
      trusted(
        'One value a trial, over the trials of complete, valid blocks: sd, CV and p95 are between trials, not between calls. The differences from the other arm, with their intervals, are in report.md.',
      ),
    ),
    table(trusted('Samples'), columns(...heads), whole),
    ...(staged.length === 0
      ? []
      : [
          {
            kind: 'fold' as const,
            title: trusted('By stage'),
            blocks: [table(trusted('Samples by stage'), columns('stage', ...heads), staged)],
          },
        ]),
  ]
}

/** n, mean ± sd, CV, median, p95, min, max. */
function summary({ n, mean, sd, cv, median, p95, min, max, unit }: Sample): Inline[] {
  return [
    trusted(String(n)),
    trusted(spread(mean, sd, unit, max)),
    trusted(cv === undefined ? absent : `${(cv * 100).toFixed(1)} %`),
    ...[median, p95, min, max].map((value) => measured(value, unit, max)),
  ]
}
