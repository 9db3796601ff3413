/** One arm's config, requested beside effective, its samples, how its trials spent their time, and what its calls add up to. */
import { trialValues } from '../../judge/values.ts'
import { metrics, type MetricName } from '../../metrics.ts'
import { present } from '../../optional.ts'
import type { ArmReport, Call, Sample, Trial } from '../../schema/generated.ts'
import { summarize } from '../../stats/index.ts'
import { absent, count, json, spread } from '../../text/index.ts'
import { serverOf, settingsOf, validity } from './arms.ts'
import { code, columns, fold, heading, measured, prose, remark, say, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import { center, measuredTrials, shortName, stageNames, timeIn, total } from './trials.ts'

/** Every option and every fact known of the arm, and the config of each of its agents. */
export function configuration(arm: ArmReport): Block[] {
  const { requested, effective } = settingsOf(arm)
  const names = [...new Set([...requested.keys(), ...effective.keys()])]
  const rows: Inline[][] = [
    [trusted('model'), code(arm.model), ''],
    [trusted('server'), code(arm.host), serverOf(arm)],
    ...names.map((name) => [name, ...[requested, effective].map((of) => of.get(name) ?? trusted(absent))]),
  ]
  return present(
    table(trusted('Configuration'), columns('', 'requested', 'effective'), rows),
    arm.agents !== undefined && agentsTable(arm.agents),
    arm.agents === undefined &&
      requested.size === 0 &&
      remark("No option was requested: the server's defaults."),
  )
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
  const invalid = reasons === '' ? '' : say`; invalid and in no figure below: ${reasons}`
  const leaders = leadingTable((metric) => arm.samples[metric])
  const isCold = trials.some(({ calls }) => calls.some((call) => call.valid && call.cold))
  return present<Block>(
    prose(say`${trusted(count(started, 'trial'))} started, ${valid} valid${invalid}.`),
    leaders.length === 0
      ? remark('No block was complete and valid, so there is nothing to aggregate.')
      : [...leaders, remark('Over the trials of complete, valid blocks; sd and CV are between trials.')],
    trials.some(({ calls }) => calls.length > 0) && [
      totalsTable(trials),
      remark(
        isCold
          ? 'Valid calls only. Cold: calls that loaded the model, including warm-ups. Warm: calls in valid trials of blocks.'
          : 'Valid calls in valid trials of blocks; none of them loaded the model.',
      ),
    ],
  )
}

/** The same of one of several agents: over its own calls, and its own time from start to end. */
export function agentFigures(trials: readonly Trial[], agent: string): Block[] {
  const own = measuredTrials(trials).map((trial) => {
    const calls = trial.calls.filter((call) => call.agent === agent)
    return trialValues({ ...trial, calls, duration: timeIn(trial, agent) ?? Number.NaN })
  })
  const sampleOf = (metric: MetricName): Sample | undefined => {
    const values = own.flatMap((one) => one.get(metric) ?? [])
    return values.length === 0 ? undefined : { ...summarize(values), unit: metrics[metric].unit }
  }
  return [...leadingTable(sampleOf, 'start to end'), totalsTable(trials, agent), stageTable(trials, agent)]
}

function leadingTable(
  sampleOf: (metric: MetricName) => Sample | undefined,
  duration = 'trial duration',
): Block[] {
  const rows = leading.flatMap(([metric, name]): Inline[][] => {
    const sample = sampleOf(metric)
    if (sample === undefined) return []
    const [n, ...others] = summary(sample)
    return [[trusted(metric === 'trial_duration' ? duration : name), ...others.slice(0, 3), n]]
  })
  const heads = columns('per trial', '>mean ± sd', '>CV', '>median', '>trials')
  return rows.length === 0 ? [] : [table(trusted('Aggregates'), heads, rows)]
}

/**
 * Median durations of the stages over valid trials. Of concurrent agents, without `agent` each agent as a whole, with it
 * the stages of that one; they overlap, so their fractions do not add up.
 */
export function stageTable(trials: readonly Trial[], agent?: string): Block {
  const own = measuredTrials(trials)
  const whole = center(own.map((trial) => trial.duration))
  const row = (name: Inline, calls: number | undefined, duration: number | undefined): Inline[] => [
    name,
    measured(calls, 'count'),
    measured(duration, 'ms'),
    measured(duration === undefined || !whole ? undefined : duration / whole, 'fraction'),
  ]
  const rows = stageNames(own, agent).map((name) => {
    const calls = own.map((trial) => trial.calls.filter((call) => isWithin(call, name)).length)
    const durations = own.map((trial) => timeIn(trial, name)).filter((duration) => duration !== 0)
    return row(shortName(name, agent), center(calls), center(durations))
  })
  const calls = center(own.map((trial) => trial.calls.length))
  const last = agent === undefined ? [row(trusted('whole trial'), calls, whole)] : []
  const heads = columns('stage', '>calls', '>duration', '>fraction of the trial')
  return table(trusted('Stages'), heads, [...rows, ...last])
}

function isWithin(call: Call, stage: string): boolean {
  return call.stage === stage || call.agent === stage
}

const sums: readonly [name: string, unit: string, value: (call: Call) => number | undefined][] = [
  ['calls', 'x', () => 1],
  ['tokens generated', 'x', (call) => call.eval_count],
  ['prompt tokens', 'x', (call) => call.prompt_eval_count],
  ['call duration', 'ms', (call) => call.duration],
  ['prompt eval duration', 'ms', (call) => call.prompt_eval_duration],
  ['eval duration', 'ms', (call) => call.eval_duration],
  ['load duration', 'ms', (call) => call.load_duration],
]

/** Sums over the valid calls, of one agent or of all. Loads would hide in a common sum, so cold calls are apart. */
function totalsTable(trials: readonly Trial[], agent?: string): Block {
  const callsOf = (some: readonly Trial[], isCold: boolean): Call[] =>
    some
      .flatMap(({ calls }) => calls)
      .filter((call) => call.valid && call.cold === isCold && (agent === undefined || call.agent === agent))
  const warm = callsOf(measuredTrials(trials), false)
  const cold = callsOf(trials, true)
  const groups = cold.length > 0 ? [warm, cold] : [warm]
  const heads = columns('sum', ...['>warm calls', '>cold calls'].slice(0, groups.length))
  const rows = sums.map(([name, unit, value]) => [
    trusted(name),
    ...groups.map((calls) => measured(total(calls.map(value)), unit)),
  ])
  return table(trusted('Sums over calls'), heads, rows)
}

/** Every sample of the arm, whole trials first. */
export function statistics(arm: ArmReport): Block[] {
  const rowsOf = (samples: ArmReport['samples']): Inline[][] =>
    Object.entries(samples).map(([metric, sample]) => [metric, ...summary(sample)])
  const staged = arm.stages.flatMap(({ name, samples }) => rowsOf(samples).map((row) => [name, ...row]))
  const whole = rowsOf(arm.samples)
  if (whole.length === 0) return []
  const heads = ['metric', '>n', '>mean ± sd', '>CV', '>median', '>p95', '>min', '>max']
  return present(
    heading(3, trusted('Statistical summary')),
    remark(
      'One value a trial, over the trials of complete, valid blocks: sd, CV and p95 are between trials, not between calls. The differences from the other arm, with their intervals, are in report.md.',
    ),
    table(trusted('Samples'), columns(...heads), whole),
    staged.length > 0 &&
      fold(trusted('By stage'), table(trusted('Samples by stage'), columns('stage', ...heads), staged)),
  )
}

/** n, mean ± sd, CV, median, p95, min, max. */
function summary({ n, mean, sd, cv, median, p95, min, max, unit }: Sample): [n: Inline, ...others: Inline[]] {
  return [
    measured(n, 'count'),
    trusted(spread(mean, sd, unit, max)),
    measured(cv, 'fraction'),
    ...[median, p95, min, max].map((value) => measured(value, unit, max)),
  ]
}
