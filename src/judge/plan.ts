import { isDifference, type MetricName } from '../metrics.ts'
import type {
  BlockLimits,
  Effective,
  RequestDifference,
  Role,
  ServerFacts,
  Trial,
  Warning,
} from '../schema/generated.ts'

/** What may move by how much, for one metric of one suite. */
export interface Rule {
  /** Smallest relative change that matters; of valid_rate the smallest difference of the two fractions. */
  threshold: number
  /** Smallest absolute change that matters, in the metric's unit. */
  floor: number
  /** Whether the whole trial's value decides over the gate. */
  gated: boolean
  /** Stages whose own value decides over the gate as well. */
  stages: readonly string[]
  /** Whether the suite itself names these stages: then one that no trial enters is a slip. */
  ownStages?: true
}

/** What a call is made with, as requested. */
export interface PlannedConfig {
  /** Of the arm, or of one of its agents. */
  name: string
  host: string
  model: string
  /** Absent for `ollama`. */
  api?: 'openai'
  options: Record<string, unknown>
  keep_alive?: string | number
  think?: boolean | 'high' | 'medium' | 'low'
  format?: string | object
}

/** The tree an arm's code comes from. */
export interface PlannedCode {
  /** As it was asked for, or `HEAD`. */
  ref: string
  sha: string
  /** Whether uncommitted changes are part of it. */
  dirty: boolean
}

/** One arm as requested. */
export interface PlannedArm extends PlannedConfig {
  role: Role
  /** Of a code comparison: whose code it runs. */
  code?: PlannedCode
  /** Of a code comparison: the name of the config it runs. */
  config?: string
  /** Where several agents work at once: each with its own config. */
  agents?: readonly PlannedConfig[]
}

/** One option of a grid and the values it takes. */
export interface Axis {
  name: string
  values: readonly unknown[]
}

/** What is held against the baseline. */
export interface Candidate {
  arm: PlannedArm
  /** What it sets on each axis of a grid; absent for a candidate that was given as an arm. */
  settings?: Readonly<Record<string, unknown>>
}

/** Successive halving: the contenders go on, the others stop. */
export interface Halving {
  /** Share of the contenders that goes on at every look; ties with the last of them go on too. */
  keep: number
  /** Trials the suite may start, warm-ups included; unset means as many as its blocks take. */
  budget?: number
}

/** How many candidates are put in order. */
export interface Ranking {
  axes: readonly Axis[]
  rankBy: MetricName
  halving?: Halving
}

/** Everything that fixes how a suite is run and judged; made before the first call and never changed. */
export interface Plan {
  /** config: two configs, gated; code: one config at two commits, gated; sweep: many, ranked and not gated. */
  kind: 'config' | 'code' | 'sweep'
  suite: string
  file: string
  seed: number
  blocks: BlockLimits
  /** Wall time the suite may spend, ms; unset means as long as its blocks take. */
  timeBudget?: number
  /** What is still undecided ends once it has spent both; unset where the suite says itself how far it goes. */
  patience?: { blocks: number; ms: number }
  /** Numbers of blocks at which the suite is judged. */
  looks: readonly number[]
  /** One-sided error rate of a suite, all candidates together: its chance of a false `regressed` in any gated metric. */
  alpha: number
  strict: boolean
  baseline: PlannedArm
  candidates: readonly [Candidate, ...Candidate[]]
  rules: Readonly<Record<MetricName, Rule>>
  compare: readonly ('models' | 'hosts')[]
  /** Whether fresh blocks have to confirm a regression. */
  confirm: boolean
  ranking?: Ranking
  /** Of an audit, which compares the baseline with itself: what the recorder slows in the candidate. */
  audit?: Planted
  /** Of a code comparison: the project's own modules that either arm loaded, and those that differ; whether base lacks the suite. */
  trees?: {
    modules: number
    changed: readonly string[]
    isNew: boolean
    /** Of a new suite: what base has in its file and head no longer, one of which may be its former name. */
    formerly?: readonly string[]
    /** Of a new suite in a bench file that base lacks: those that head lacks and that have a suite of its name. */
    movedFrom?: readonly string[]
  }
}

/** A slowdown of every streamed reply; 0 is none. */
export interface Planted {
  /** Added to the time between two tokens: 0.1 is 10 %. */
  decode: number
  /** Added to the time of the first token, ms. */
  first_token: number
}

/** A plan whose candidates are ranked. */
export interface RankedPlan extends Plan {
  ranking: Ranking
}

/** Every arm of a plan, the baseline first. */
export function armsOf({ baseline, candidates }: Plan): PlannedArm[] {
  return [baseline, ...candidates.map(({ arm }) => arm)]
}

export function isRanked(plan: Plan): plan is RankedPlan {
  return plan.ranking !== undefined
}

/** What the server said about an arm; grows as more is learned. */
export interface ArmFacts {
  server: ServerFacts
  digest?: string
  quantization?: string
  effective: Effective
  /** Where several agents work at once: the same of each. */
  agents?: readonly AgentFacts[]
  /** Of a sweep: the candidate that the servers run identically, and that is measured in this one's place. */
  same_as?: string
}

/** What the server said about one agent of an arm. */
export interface AgentFacts {
  name: string
  digest?: string
  effective: Effective
}

/** How long a suite is likely to go on, after a look that decided nothing. */
export interface Forecast {
  /** Blocks after which it ends, about. */
  blocks: number
  /** Wall time until then, ms. */
  ms: number
}

/** How a suite ended. */
export interface Ending {
  /**
   * decided: every gated metric has its verdict; budget: no blocks or re-queues left;
   * unusable: an arm gave no valid trial, or the suite was refused; interrupted: cancelled from outside.
   */
  stopped: 'decided' | 'budget' | 'unusable' | 'interrupted'
  /** Why it was unusable, with the cure. */
  message?: string
  /** The arm that was unusable. */
  arm?: string
  requeued: number
  warnings: readonly Warning[]
  /** An agent has read the name of its arm, and so may do something else under each. */
  readsName?: true
  /** Of a code comparison: how head's requests differ from base's, if they do. */
  requests?: RequestDifference
}

/** What the servers said, by the name of the arm; an arm of which nothing is known is missing. */
export type Facts = Readonly<Record<string, ArmFacts>>

const UNKNOWN: ArmFacts = { server: { kind: 'ollama' }, effective: {} }

/** What the server said about an arm, as far as it is known. */
export function factsOf(facts: Facts, { name }: PlannedArm): ArmFacts {
  return facts[name] ?? UNKNOWN
}

/** What one test's worker told. */
export interface SuiteRecord {
  plan: Plan
  facts: Facts
  trials: readonly Trial[]
  /** Missing when the worker died. */
  ending?: Ending | undefined
}

/** Blocks that count for the limit of re-queues before they are complete. */
const REQUEUE_BASE = 20

/**
 * Blocks that may run again, of a suite or of one candidate of a sweep, before the rest is given up: half of those that
 * are complete, and of the first 20 before they are.
 */
export function requeueLimit({ max }: BlockLimits, complete = 0): number {
  return Math.max(2, Math.ceil(Math.min(max, Math.max(REQUEUE_BASE, complete)) / 2))
}

/**
 * The change that matters at this baseline: the threshold, or the absolute floor where that asks for more (15 % of a TTFT
 * of 3 ms is a timer's jitter). Of a metric that is compared by differences both are in its unit.
 *
 * @param baseline median of the baseline's values, in the metric's unit
 */
export function effectiveThreshold(
  metric: MetricName,
  { threshold, floor }: Pick<Rule, 'threshold' | 'floor'>,
  baseline: number,
): number {
  if (floor <= 0) return threshold
  return Math.max(threshold, isDifference(metric) ? floor : floor / baseline)
}
