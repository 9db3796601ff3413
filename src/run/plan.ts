import { randomInt } from 'node:crypto'
import { checkOptions } from '../llm/options.ts'
import { resolveHost } from '../llm/host.ts'
import { agentArm, type Arm } from '../llm/arm.ts'
import { suiteErrors, warningTexts } from '../errors.ts'
import { isMetric, metricNames, metrics, type MetricName } from '../metrics.ts'
import type { Plan, PlannedArm, PlannedConfig, Rule } from '../judge/plan.ts'
import type { BlockLimits, Role } from '../schema/generated.ts'
import { defaultLooks } from '../stats/index.ts'
import type { AgentBenchOptions, BlocksInput, ThresholdInput } from './agent.ts'

/** What the config and the environment say for every suite. */
export interface Settings {
  /** The run's server, resolved. */
  host: string
  thresholds: Record<string, ThresholdInput>
  blocks: BlocksInput
  /** Where the config still uses an option's old name. */
  renamed?: readonly string[]
  /** `CHIMERA_SEED`, `CHIMERA_BLOCKS_MIN`, `CHIMERA_BLOCKS_MAX`, `CHIMERA_TIME_BUDGET` as they stand in the environment. */
  env: {
    seed?: string | undefined
    blocksMin?: string | undefined
    blocksMax?: string | undefined
    timeBudget?: string | undefined
    /** Variables that were set under an old name. */
    oldNames?: readonly string[]
  }
}

/** Critical values are known up to here; a difference that takes more blocks is not one that matters. */
const MOST_BLOCKS = 300

/** One-sided error rate of a suite. */
const ALPHA = 0.05

/**
 * Holds a suite's definition to its rules and fixes everything that will decide.
 * Throws a ChimeraError that names the first fault; nothing has been called by then. `members` are the names
 * of the agents that work at once, if there are several.
 */
export function makePlan(
  suite: string,
  file: string,
  definition: AgentBenchOptions,
  settings: Settings,
  members: readonly string[] = [],
): Plan {
  if (typeof suite !== 'string' || suite.trim() === '') throw suiteErrors.badName('name of a suite', suite)
  const baseline = plannedArm(suite, 'baseline', definition.baseline, settings.host, members)
  const candidate = plannedArm(suite, 'candidate', definition.candidate, settings.host, members)
  if (baseline.name === candidate.name) throw suiteErrors.sameArms(suite, baseline.name)
  checkPositive(suite, 'timeout', definition.timeout)
  checkPositive(suite, 'bound.ms', definition.bound?.ms)
  checkPositive(suite, 'bound.tokens', definition.bound?.tokens)
  checkPositive(suite, 'timeBudget', definition.timeBudget)
  const blocks = chooseBlocks(suite, definition.blocks ?? definition.pairs, settings)
  const timeBudget = wholeNumber('CHIMERA_TIME_BUDGET', settings.env.timeBudget) ?? definition.timeBudget
  return {
    suite,
    file,
    seed: chooseSeed(settings.env.seed),
    blocks,
    ...(timeBudget !== undefined && { timeBudget }),
    looks: defaultLooks(blocks.min, blocks.max),
    alpha: ALPHA,
    strict: definition.strict ?? false,
    arms: { baseline, candidate },
    rules: makeRules(suite, [settings.thresholds, definition.thresholds ?? {}]),
    compare: typeof definition.compare === 'string' ? [definition.compare] : (definition.compare ?? []),
  }
}

function plannedArm(
  suite: string,
  role: Role,
  arm: Arm | undefined,
  defaultHost: string,
  members: readonly string[],
): PlannedArm {
  if (arm === undefined || arm === null || typeof arm !== 'object') {
    throw suiteErrors.badArm(suite, role, `Expected { name, model, … } but received ${String(arm)}`)
  }
  if (typeof arm.name !== 'string' || arm.name.trim() === '')
    throw suiteErrors.badName(`name of the ${role} of suite "${suite}"`, arm.name)
  if (typeof arm.model !== 'string' || arm.model.trim() === '')
    throw suiteErrors.badName(`model of arm "${arm.name}" of suite "${suite}"`, arm.model)
  const options: Record<string, unknown> = { ...arm.options }
  const where = `arm "${arm.name}" of suite "${suite}"`
  checkOptions(options, where)
  const agents = members.map((name) => plannedConfig(agentArm(arm, name), name, defaultHost))
  for (const agent of agents) checkOptions(agent.options, `agent "${agent.name}" of ${where}`)
  const unknown = Object.keys(arm.agents ?? {}).find((name) => !members.includes(name))
  if (unknown !== undefined)
    throw suiteErrors.badArm(
      suite,
      role,
      `there is no agent "${unknown}"; its agents are ${members.join(', ') || 'none'}`,
    )
  return { ...plannedConfig(arm, arm.name, defaultHost), role, ...(agents.length > 0 && { agents }) }
}

function plannedConfig(arm: Arm, name: string, defaultHost: string): PlannedConfig {
  return {
    name,
    host: arm.host === undefined ? defaultHost : resolveHost(arm.host),
    model: arm.model,
    options: { ...arm.options },
    ...(arm.keep_alive !== undefined && { keep_alive: arm.keep_alive }),
    ...(arm.think !== undefined && { think: arm.think }),
    ...(arm.format !== undefined && { format: arm.format }),
  }
}

function checkPositive(suite: string, name: string, value: number | undefined): void {
  if (value !== undefined && !(typeof value === 'number' && value > 0))
    throw suiteErrors.badNumber(suite, name, value)
}

/** The environment wins over the suite, the suite over the config; one bound from the environment moves the other. */
function chooseBlocks(suite: string, own: BlocksInput | undefined, settings: Settings): BlockLimits {
  const envMin = wholeNumber('CHIMERA_BLOCKS_MIN', settings.env.blocksMin)
  const envMax = wholeNumber('CHIMERA_BLOCKS_MAX', settings.env.blocksMax)
  let min = envMin ?? own?.min ?? settings.blocks.min ?? Math.min(6, own?.max ?? settings.blocks.max ?? 6)
  let max = envMax ?? own?.max ?? settings.blocks.max ?? Math.max(20, min)
  if (envMax !== undefined && envMin === undefined) min = Math.min(min, max)
  if (envMin !== undefined && envMax === undefined) max = Math.max(min, max)
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > MOST_BLOCKS) {
    throw suiteErrors.badBlocks(`\`blocks\` of suite "${suite}"`, `min ${min}, max ${max}`)
  }
  return { min, max }
}

/** A sentence for every place that still uses an old name of `blocks`. */
export function renamedOptions(
  definition: Pick<AgentBenchOptions, 'pairs'>,
  { renamed = [], env }: Settings,
): string[] {
  const options = [...renamed, ...(definition.pairs === undefined ? [] : ['agentBench'])]
  return [
    ...options.map((where) => warningTexts.renamedOption('pairs', 'blocks', where)),
    ...(env.oldNames ?? []).map((name) =>
      warningTexts.renamedOption(name, name.replace('PAIRS', 'BLOCKS'), 'the environment'),
    ),
  ]
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  if (!/^\s*\d+\s*$/.test(value)) throw suiteErrors.badEnvironment(name, 'a whole number', value)
  return Number(value)
}

/** Every run draws anew unless CHIMERA_SEED says otherwise; the report tells the value that repeats it. */
function chooseSeed(fromEnv: string | undefined): number {
  return wholeNumber('CHIMERA_SEED', fromEnv) ?? randomInt(2 ** 31)
}

function makeRules(
  suite: string,
  layers: readonly Record<string, ThresholdInput>[],
): Record<MetricName, Rule> {
  const rules = Object.fromEntries(
    metricNames.map((name): [MetricName, Rule] => {
      const { threshold, floor, gated } = metrics[name]
      return [name, { threshold, floor, gated, stages: [] }]
    }),
  ) as Record<MetricName, Rule>
  for (const layer of layers) {
    for (const [name, input] of Object.entries(layer)) {
      if (!isMetric(name))
        throw suiteErrors.badThreshold(
          suite,
          name,
          `there is no such metric. Known are ${metricNames.join(', ')}`,
        )
      rules[name] = merged(suite, name, rules[name], input)
    }
  }
  return rules
}

function asObject(input: ThresholdInput): Exclude<ThresholdInput, number | boolean> {
  if (typeof input === 'boolean') return { gated: input }
  return typeof input === 'number' ? { relative: input } : input
}

/** Naming a metric asks for its gate; `gated: false` takes that back. */
function merged(suite: string, name: MetricName, rule: Rule, input: ThresholdInput): Rule {
  const asked = asObject(input)
  const threshold = asked.relative ?? rule.threshold
  const floor = asked.floor ?? rule.floor
  if (!(Number.isFinite(threshold) && threshold >= 0))
    throw suiteErrors.badThreshold(
      suite,
      name,
      `Expected a share such as 0.05 but received ${String(threshold)}`,
    )
  if (!(Number.isFinite(floor) && floor >= 0))
    throw suiteErrors.badThreshold(suite, name, `Expected a floor of 0 or more but received ${String(floor)}`)
  if (threshold === 0)
    throw suiteErrors.badThreshold(
      suite,
      name,
      'a threshold of 0 can never be shown to be kept. Say the smallest change that matters, e.g. 0.05',
    )
  const onlyStages = asked.stages !== undefined && asked.gated === undefined
  return {
    threshold,
    floor,
    gated: asked.gated ?? (onlyStages ? rule.gated : true),
    stages: asked.stages ?? rule.stages,
  }
}
