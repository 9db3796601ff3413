/** How an arm's trials spent their time, stage by stage, and what their calls add up to. */
import type { Call, Trial } from '../../schema/generated.ts'
import { median } from '../../stats/index.ts'
import { absent } from '../../text/index.ts'
import { columns, measured, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import { isMeasured } from './output.ts'

/** Valid trials of blocks: what the figures of a page rest on. */
export function measuredTrials(trials: readonly Trial[]): Trial[] {
  return trials.filter((trial) => trial.valid && isMeasured(trial))
}

/**
 * Median durations of the stages over valid trials. Of concurrent agents, without `agent` each agent as a whole, with it
 * the stages of that one; they overlap, so their shares do not add up.
 */
export function stageTable(trials: readonly Trial[], agent?: string): Block {
  const own = measuredTrials(trials)
  const whole = centre(own.map((trial) => trial.duration))
  const row = (name: Inline, calls: number | undefined, duration: number | undefined): Inline[] => [
    name,
    trusted(calls === undefined ? absent : String(calls)),
    measured(duration, 'ms'),
    measured(duration === undefined || !whole ? undefined : duration / whole, 'fraction'),
  ]
  const rows = stageNames(own, agent).map((name) => {
    const durations = own.map((trial) => total(trial.stages.filter((stage) => stage.name === name)))
    const calls = own.map((trial) => trial.calls.filter((call) => within(call, name)).length)
    return row(shortName(name, agent), centre(calls), centre(durations.filter((duration) => duration > 0)))
  })
  const calls = centre(own.map((trial) => trial.calls.length))
  const last = agent === undefined ? [row(trusted('whole trial'), calls, whole)] : []
  const heads = columns('stage', '>calls', '>duration', '>share of the trial')
  return table(trusted('Stages'), heads, [...rows, ...last])
}

/** Sums over the valid calls, of one agent or of all. Loads would hide in a common sum, so cold calls are apart. */
export function totalsTable(trials: readonly Trial[], agent?: string): Block {
  const callsOf = (some: readonly Trial[], cold: boolean): Call[] =>
    some.flatMap(({ calls }) =>
      calls.filter(
        (call) => call.valid && call.cold === cold && (agent === undefined || call.agent === agent),
      ),
    )
  const cold = callsOf(trials, true)
  const groups = [callsOf(measuredTrials(trials), false), ...(cold.length > 0 ? [cold] : [])]
  const sums: [string, string, (call: Call) => number | undefined][] = [
    ['calls', 'x', () => 1],
    ['tokens generated', 'x', (call) => call.eval_count],
    ['prompt tokens', 'x', (call) => call.prompt_eval_count],
    ['call duration', 'ms', (call) => call.duration],
    ['prompt eval duration', 'ms', (call) => call.prompt_eval_duration],
    ['eval duration', 'ms', (call) => call.eval_duration],
    ['load duration', 'ms', (call) => call.load_duration],
  ]
  return table(
    trusted('Sums over calls'),
    columns('sum', '>warm calls', ...(cold.length > 0 ? ['>cold calls'] : [])),
    sums.map(([name, unit, value]) => [
      trusted(name),
      ...groups.map((calls) => measured(sumOf(calls.map(value)), unit)),
    ]),
  )
}

/** Stages in the order in which they first began: the agents where several work at once, with `agent` those of one. */
export function stageNames(trials: readonly Trial[], agent?: string): string[] {
  const names = [...new Set(trials.flatMap(({ stages }) => stages.map((stage) => stage.name)))]
  if (agent !== undefined) return names.filter((name) => name.startsWith(`${agent}/`))
  const agents = new Set(trials.flatMap(({ calls }) => calls.flatMap((call) => call.agent ?? [])))
  return names.filter((name) => ![...agents].some((one) => name.startsWith(`${one}/`)))
}

function within(call: Call, stage: string): boolean {
  return call.stage === stage || call.agent === stage
}

/** A stage's own name, without that of the agent it belongs to. */
export function shortName(stage: string, agent: string | undefined): string {
  return agent !== undefined && stage.startsWith(`${agent}/`) ? stage.slice(agent.length + 1) : stage
}

function centre(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values)
}

function total(spans: readonly { duration: number }[]): number {
  return spans.reduce((sum, { duration }) => sum + duration, 0)
}

/** Of what was reported; nothing where no call reported it. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}
