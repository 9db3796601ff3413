/**
 * What working at once gains, for agents that ran both together and alone in the same block.
 *
 * speedup = Σ solo walls / concurrent wall; efficiency = speedup / agents; slowdown of an agent =
 * concurrent wall / solo wall. load_balance = Σ concurrent walls / the longest is what older reports
 * called speedup: two agents that wait for each other all the time have one of nearly 2.
 */
import type { Concurrency, Role, Trial } from '../schema/generated.ts'
import { atLastLook, geometricMean, hodgesLehmann, logThreshold, toRatio } from '../stats/index.ts'
import { completeBlocks, type Block } from './blocks.ts'
import type { ArmPair } from './pair.ts'
import type { MetricName } from '../metrics.ts'
import type { Values } from './values.ts'

/** The metrics that need the agents alone. */
export const CONCURRENCY: readonly MetricName[] = ['speedup', 'efficiency', 'slowdown', 'load_balance']

/** Concurrency values of one arm in one block: of the whole (null) and of each agent. Empty without solo trials. */
export function concurrencyValues(block: Block, role: Role): ReadonlyMap<string | null, Values> {
  const trial = block.trials[role][0]
  const solo = new Map(block.solos[role].flatMap((one) => agentWalls(one)))
  if (trial === undefined || solo.size === 0) return new Map()
  const together = new Map(agentWalls(trial))
  const slowdowns = [...together].flatMap(([agent, wall]) => {
    const alone = solo.get(agent)
    return alone === undefined || alone <= 0 ? [] : [[agent, wall / alone] as const]
  })
  if (slowdowns.length === 0 || slowdowns.length !== together.size) return new Map()
  const walls = [...together.values()]
  const speedup = sum([...solo.values()]) / spanOf(trial, [...together.keys()])
  const whole: readonly [MetricName, number][] = [
    ['speedup', speedup],
    ['efficiency', speedup / walls.length],
    ['slowdown', geometricMean(slowdowns.map(([, value]) => value))],
    ['load_balance', sum(walls) / Math.max(...walls)],
  ]
  const agents = slowdowns.map(([agent, value]): [string, Values] => [agent, new Map([['slowdown', value]])])
  return new Map<string | null, Values>([[null, new Map(whole)], ...agents])
}

/** The tested statement on one arm: do its agents run in parallel, contend, or wait for each other? */
export function judgeConcurrency(
  plan: ArmPair,
  trials: readonly Trial[],
  role: Role,
): Concurrency | undefined {
  const blocks = completeBlocks(plan, trials, 'measure')
    .map((block) => concurrencyValues(block, role))
    .filter((values) => values.size > 0)
  const [first] = blocks
  if (first === undefined) return undefined
  const of = (metric: MetricName, agent: string | null = null): number[] =>
    blocks.flatMap((block) => block.get(agent)?.get(metric) ?? [])
  const agents = [...first.keys()].filter((agent) => agent !== null)
  const speedup = estimate(plan, of('speedup'))
  const slowdown = estimate(plan, of('slowdown'))
  return {
    agents: agents.map((name) => ({ name, slowdown: estimate(plan, of('slowdown', name)) })),
    blocks: blocks.length,
    speedup,
    efficiency: estimate(plan, of('efficiency')),
    slowdown,
    load_balance: estimate(plan, of('load_balance')),
    verdict: verdictOf(plan, speedup, slowdown),
  }
}

/**
 * Whether the agents have to run alone again: while the verdict of an arm is open, and throughout where a figure of theirs
 * is gated. The intervals allow for the looks, so the verdict may be what stops.
 */
export function isConcurrencyOpen(plan: ArmPair, trials: readonly Trial[]): boolean {
  if (CONCURRENCY.some((metric) => plan.rules[metric].gated || plan.rules[metric].stages.length > 0))
    return true
  return (['baseline', 'candidate'] as const).some((role) => {
    const found = judgeConcurrency(plan, trials, role)
    return found === undefined || found.verdict === 'inconclusive'
  })
}

/**
 * Against the threshold of slowdown: `serialized` when speedup is at most 1 + θ however the interval
 * falls; `contended` when slowdown is detected and is at least 1 + θ; `parallel` when it is less.
 */
function verdictOf(
  plan: ArmPair,
  speedup: Concurrency['speedup'],
  slowdown: Concurrency['slowdown'],
): Concurrency['verdict'] {
  const limit = Math.exp(logThreshold(plan.rules.slowdown.threshold))
  if (speedup.interval === undefined || slowdown.interval === undefined) return 'inconclusive'
  if (speedup.interval[1] < limit) return 'serialized'
  if (slowdown.interval[0] > 1 && slowdown.value >= limit) return 'contended'
  return slowdown.interval[1] < limit ? 'parallel' : 'inconclusive'
}

/** Hodges-Lehmann estimate of positive values, on logs, with the interval of the last look reached. */
function estimate(plan: ArmPair, values: readonly number[]): Concurrency['speedup'] {
  const logs = values.map(Math.log)
  const { interval } = toRatio(atLastLook(logs, plan), 'lower')
  return { value: Math.exp(hodgesLehmann(logs)), ...(interval !== undefined && { interval }) }
}

/** Wall time of each agent of a trial, ms: the stage that has its name. */
function agentWalls(trial: Trial): [string, number][] {
  const agents = new Set(trial.calls.map((call) => call.agent).filter((agent) => agent !== undefined))
  return trial.stages.filter((stage) => agents.has(stage.name)).map((stage) => [stage.name, stage.duration])
}

/** From the first agent's start to the last one's end, ms. */
function spanOf(trial: Trial, agents: readonly string[]): number {
  const stages = trial.stages.filter((stage) => agents.includes(stage.name))
  return (
    Math.max(...stages.map((stage) => stage.start + stage.duration)) -
    Math.min(...stages.map((stage) => stage.start))
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
