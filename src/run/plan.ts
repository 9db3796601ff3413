import { randomInt } from 'node:crypto'
import { runWarnings, suiteErrors, sweepErrors } from './messages.ts'
import type { Candidate, Plan, PlannedCode, Rule } from '../judge/plan.ts'
import { byMetric, isMetric, metrics, type MetricName } from '../metrics.ts'
import type { BlockLimits } from '../schema/generated.ts'
import { checkOptions } from '../schema/options.ts'
import type { Place } from '../server/index.ts'
import { defaultLooks, MOST_BLOCKS } from '../stats/index.ts'
import type { AgentBenchOptions, BlocksInput, ThresholdInput } from './agent.ts'
import { keepNames } from '../secrets.ts'
import { plannedArm } from './arms.ts'
import {
  candidatesOf,
  checkSize,
  rankingOf,
  type AgentSweepOptions,
  type CandidateInput,
} from './candidates.ts'
import { wholeNumber, type AuditSettings, type Environment } from './environment.ts'

/** What the config and the environment say for every suite; as a place, the run's server. */
export interface Settings extends Place {
  thresholds: Thresholds
  blocks: BlocksInput
  /** Where the config still uses an option's old name. */
  renamed?: readonly string[]
  env: Environment
  /** Set in the runs of an audit only. */
  audit?: AuditSettings | undefined
}

/** Maximum of a suite that names none: an undecided comparison of short trials goes on as far as that. */
const DEFAULT_MAX = 200

/** What an undecided comparison spends unless the suite says otherwise: enough for most verdicts, and not an hour. */
const PATIENCE = { blocks: 20, ms: 120_000 }

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
  checkSuite('config', suite, file, definition)
  const made = planOf(suite, file, definition, [{ arm: definition.candidate }], settings, members)
  const { audit } = settings
  if (audit === undefined) return made
  return { ...made, audit: { decode: audit.decode, first_token: audit.first_token[suite] ?? 0 } }
}

/** Refuses a definition that no suite can be made of; of arms their own rules come later, by their names. */
export function checkSuite(kind: 'config' | 'sweep', suite: string, file: string, definition: unknown): void {
  if (typeof suite !== 'string' || suite.trim() === '') throw suiteErrors.badName('name of a suite', suite)
  checkOptions(kind === 'sweep' ? 'agentSweep' : 'agentBench', definition, whereOf(suite, file))
}

function whereOf(suite: string, file: string): string {
  return `suite "${suite}" in ${file}`
}

/** What a code comparison runs: the config that ships, as each of the two trees defines it. */
export interface CodeDefinition {
  /** Limits, thresholds and budget are those of the tree that is to be merged. */
  head: AgentBenchOptions
  /** Undefined where base has no such suite: then head runs twice, and nothing is gated. */
  base: Pick<AgentBenchOptions, 'candidate'> | undefined
  /** Suites that base has in the same file and head no longer: one may be the former name of a new suite. */
  gone: readonly string[]
  /** Where base lacks the file: the bench files from which the suite may have been moved. */
  movedFrom: readonly string[]
  code: { base: PlannedCode; head: PlannedCode }
  /** What of the project's own code the two trees loaded. */
  proof: { modules: number; changed: string[] }
}

/** What a change of code can make worse, besides what is gated anyway. */
const CODE_GATES = { trial_duration: true } as const

/** The same of a code comparison: arms `base` and `head`, each with the config of its own tree. */
export function makeCodePlan(
  suite: string,
  file: string,
  { head, base, gone, movedFrom, code, proof }: CodeDefinition,
  settings: Settings,
  members: { base: readonly string[]; head: readonly string[] },
): Plan {
  const shipped = (base ?? head).candidate
  const definition = { ...head, baseline: { ...shipped, name: 'base' } }
  const candidate = { arm: { ...head.candidate, name: 'head' } }
  const made = planOf(suite, file, definition, [candidate], settings, members.head, members.base)
  const [{ arm }] = made.candidates
  const rules = makeRules(CODE_GATES, settings.thresholds, head.thresholds ?? {})
  return {
    ...made,
    kind: 'code',
    trees: {
      ...proof,
      ...(base === undefined ? { isNew: true, formerly: gone, movedFrom } : { isNew: false }),
    },
    baseline: {
      ...made.baseline,
      code: base === undefined ? code.head : code.base,
      config: shipped.name,
    },
    candidates: [{ arm: { ...arm, code: code.head, config: head.candidate.name } }],
    rules: base === undefined ? ungated(rules) : rules,
    // A change may ask for another model on purpose, and what that costs is the question.
    compare: ['models', 'hosts'],
  }
}

/** The same of a sweep; each candidate against the baseline. It compares far too much to forbid anything: it never gates. */
export function makeSweepPlan(
  suite: string,
  file: string,
  definition: AgentSweepOptions,
  settings: Settings,
  members: readonly string[] = [],
): Plan {
  checkSize(suite, definition)
  checkSuite('sweep', suite, file, definition)
  const [first, ...rest] = candidatesOf(definition)
  if (first === undefined) throw sweepErrors.empty(suite)
  const plan = planOf(suite, file, definition, [first, ...rest], settings, members)
  const names = plan.candidates.map(({ arm }) => arm.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw sweepErrors.sameName(suite, twice)
  return {
    ...plan,
    kind: 'sweep',
    confirm: false,
    rules: ungated(plan.rules),
    ranking: rankingOf(definition),
  }
}

function planOf(
  suite: string,
  file: string,
  definition: Omit<AgentBenchOptions, 'candidate'>,
  [first, ...rest]: readonly [CandidateInput, ...CandidateInput[]],
  settings: Settings,
  members: readonly string[],
  baselineMembers = members,
): Plan {
  const where = whereOf(suite, file)
  keepNames(suite)
  const baseline = plannedArm(where, 'baseline', definition.baseline, settings, baselineMembers)
  const candidate = ({ arm: input, settings: point }: CandidateInput): Candidate => {
    const arm = plannedArm(where, 'candidate', input, settings, members)
    if (arm.name === baseline.name) throw suiteErrors.sameArms(suite, arm.name)
    return { arm, ...(point !== undefined && { settings: point }) }
  }
  const candidates: Plan['candidates'] = [candidate(first), ...rest.map(candidate)]
  const { blocks, isMaxAsked } = chooseBlocks(suite, definition.blocks ?? definition.pairs, settings)
  const timeBudget = wholeNumber('CHIMERA_TIME_BUDGET', settings.env.timeBudget) ?? definition.timeBudget
  return {
    kind: 'config',
    suite,
    file,
    seed: chooseSeed(settings.env.seed),
    blocks,
    ...(timeBudget !== undefined && { timeBudget }),
    ...(timeBudget === undefined &&
      !isMaxAsked && { patience: { ...PATIENCE, blocks: Math.max(PATIENCE.blocks, blocks.min) } }),
    looks: defaultLooks(blocks.min, blocks.max),
    alpha: ALPHA,
    strict: definition.strict ?? false,
    baseline,
    candidates,
    rules: makeRules(settings.thresholds, definition.thresholds ?? {}),
    compare: typeof definition.compare === 'string' ? [definition.compare] : (definition.compare ?? []),
    confirm: true,
  }
}

/** The environment wins over the suite, the suite over the config; one bound from the environment moves the other. */
function chooseBlocks(
  suite: string,
  own: BlocksInput | undefined,
  settings: Settings,
): { blocks: BlockLimits; isMaxAsked: boolean } {
  const envMin = wholeNumber('CHIMERA_BLOCKS_MIN', settings.env.blocksMin)
  const envMax = wholeNumber('CHIMERA_BLOCKS_MAX', settings.env.blocksMax)
  const asked = envMax ?? own?.max ?? settings.blocks.max
  let min = envMin ?? own?.min ?? settings.blocks.min ?? Math.min(6, asked ?? 6)
  let max = asked ?? Math.max(DEFAULT_MAX, min)
  if (envMax !== undefined && envMin === undefined) min = Math.min(min, max)
  if (envMin !== undefined && envMax === undefined) max = Math.max(min, max)
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > MOST_BLOCKS) {
    throw suiteErrors.badBlocks(`\`blocks\` of suite "${suite}"`, `min ${min}, max ${max}`)
  }
  return { blocks: { min, max }, isMaxAsked: asked !== undefined }
}

/** A sentence for every place that still uses an old name of `blocks`. */
export function renamedOptions(
  definition: Pick<AgentBenchOptions, 'pairs'>,
  { renamed = [], env }: Settings,
): string[] {
  const options = [...renamed, ...(definition.pairs === undefined ? [] : ['agentBench'])]
  return [
    ...options.map((where) => runWarnings.renamedOption('pairs', 'blocks', where)),
    ...(env.oldNames ?? []).map((name) =>
      runWarnings.renamedOption(name, name.replace('PAIRS', 'BLOCKS'), 'the environment'),
    ),
  ]
}

/** Every run draws anew unless CHIMERA_SEED says otherwise; the report tells the value that repeats it. */
function chooseSeed(fromEnv: string | undefined): number {
  return wholeNumber('CHIMERA_SEED', fromEnv) ?? randomInt(2 ** 31)
}

/** By metric: what may move by how much. */
export type Thresholds = Readonly<Partial<Record<MetricName, ThresholdInput>>>

/** The rule of every metric: its default, changed by each layer of thresholds in turn; the last layer is the suite's own. */
export function makeRules(...layers: readonly Thresholds[]): Record<MetricName, Rule> {
  const rules = byMetric((name): Rule => {
    const { threshold, floor, gated } = metrics[name]
    return { threshold, floor, gated, stages: [] }
  })
  for (const layer of layers) {
    for (const [name, input] of Object.entries(layer))
      if (isMetric(name) && input !== undefined)
        rules[name] = merged(rules[name], input, layer === layers.at(-1))
  }
  // Pauses are a part of decoding, and gated as it is unless something else was asked for.
  const isNamed = layers.some((layer) => layer.stall_share !== undefined)
  return isNamed ? rules : { ...rules, stall_share: { ...rules.output_throughput, floor: 0 } }
}

function asObject(input: ThresholdInput): Exclude<ThresholdInput, number | boolean> {
  if (typeof input === 'boolean') return { gated: input }
  return typeof input === 'number' ? { relative: input } : input
}

/** Naming a metric asks for its gate; `gated: false` takes that back. */
function merged(rule: Rule, input: ThresholdInput, isOwn: boolean): Rule {
  const asked = asObject(input)
  const onlyStages = asked.stages !== undefined && asked.gated === undefined
  return {
    threshold: asked.relative ?? rule.threshold,
    floor: asked.floor ?? rule.floor,
    gated: asked.gated ?? (onlyStages ? rule.gated : true),
    stages: asked.stages ?? rule.stages,
    ...(isOwn && asked.stages !== undefined && { ownStages: true }),
  }
}

/** The same rules where nothing is gated. */
export function ungated(rules: Plan['rules']): Plan['rules'] {
  return byMetric((name) => ({ ...rules[name], gated: false, stages: [] }))
}
