/** From what the workers told to a report: samples, comparisons, warnings, gate. Pure. */
import { metrics, metricNames, type MetricName } from '../metrics.ts'
import { judge, type Assessment } from '../judge/assess.ts'
import { completeBlocks, type Block } from '../judge/blocks.ts'
import { findCacheHits } from '../judge/cache.ts'
import { concurrencyValues, judgeConcurrency } from '../judge/concurrency.ts'
import { gateRun, gateSuite, type SuiteGate } from '../judge/gate.ts'
import { isCalibration } from '../judge/noise.ts'
import type { ArmFacts, Ending, Plan, PlannedConfig } from '../judge/plan.ts'
import { stageValues, trialValues, type Values } from '../judge/values.ts'
import { suiteWarnings } from '../judge/warnings.ts'
import type {
  AgentReport,
  ArmReport,
  Comparison,
  Environment,
  GateFailure,
  Report,
  Role,
  Samples,
  StageSamples,
  SuiteReport,
  Trial,
  Verdict,
} from '../schema/generated.ts'
import { summarize } from '../stats/index.ts'

/** What one test's worker told. */
export interface SuiteRecord {
  plan: Plan
  facts?: Readonly<Record<Role, ArmFacts>>
  trials: readonly Trial[]
  /** Missing when the worker died. */
  ending?: Ending
}

/** A run, as far as the main process knows it. */
export interface RunRecord {
  startedAt: string
  finishedAt: string
  interrupted: boolean
  version: string
  environment: Environment
  suites: readonly SuiteRecord[]
  /** Suites that were refused before a trial, and files that could not be loaded. */
  refusals: readonly GateFailure[]
  failOn: ReadonlySet<Verdict>
}

export function buildReport(run: RunRecord): Report {
  const interrupted = run.interrupted || run.suites.some(({ ending }) => ending === undefined || ending.stopped === 'interrupted')
  const judged = run.suites.map((suite) => buildSuite(suite, run.failOn))
  return {
    schema_version: 1,
    tool: { name: 'vitest-chimera', version: run.version },
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    status: interrupted ? 'interrupted' : 'complete',
    environment: run.environment,
    suites: judged.map(({ report }) => report),
    gate: gateRun(judged.map(({ gate }) => gate), run.refusals, interrupted),
  }
}

const UNKNOWN: ArmFacts = { server: { kind: 'ollama' }, effective: {} }

function buildSuite(record: SuiteRecord, failOn: ReadonlySet<Verdict>): { report: SuiteReport; gate: SuiteGate } {
  const { plan, trials, ending } = record
  const facts = record.facts ?? { baseline: UNKNOWN, candidate: UNKNOWN }
  const assessment = judge(plan, trials)
  const arms = (['baseline', 'candidate'] as const).map((role) => buildArm(plan, facts[role], trials, role))
  const report: SuiteReport = {
    name: plan.suite,
    file: plan.file,
    seed: plan.seed,
    pairs: plan.pairs,
    ...(ending !== undefined && { requeued: ending.requeued }),
    ...(isCalibration(plan) && { calibration: true }),
    ...(Object.keys(assessment.noise).length > 0 && { noise: assessment.noise }),
    confirmed: trials.some((trial) => trial.phase === 'confirm'),
    arms,
    comparisons: withMedians(sorted(assessment), arms),
    warnings: suiteWarnings(plan, facts, trials, assessment, ending),
  }
  return { report, gate: gateSuite(plan, trials, assessment, ending, failOn) }
}

function buildArm(plan: Plan, facts: ArmFacts, trials: readonly Trial[], role: Role): ArmReport {
  const { name, host, model, options, agents } = plan.arms[role]
  const concurrency = judgeConcurrency(plan, trials, role)
  const own = trials.filter((trial) => trial.role === role)
  const blocks = (['measure', 'confirm'] as const).flatMap((phase) => completeBlocks(plan, trials, phase))
  const hits = findCacheHits(trials)
  return {
    name,
    role,
    host,
    server: facts.server,
    model,
    ...(facts.digest !== undefined && { digest: facts.digest }),
    ...(facts.quantization !== undefined && { quantization: facts.quantization }),
    options,
    effective: facts.effective,
    ...(agents !== undefined && { agents: agents.map((agent) => buildAgent(agent, facts)) }),
    ...(concurrency !== undefined && { concurrency }),
    trials: own.length,
    invalid: countReasons(own),
    samples: buildSamples([
      ...blocks.flatMap((block) => block.trials[role].map((trial) => trialValues(trial, hits))),
      ...blocks.map((block) => concurrencyValues(block, role).get(null) ?? new Map()),
    ]),
    stages: buildStages([
      ...blocks.flatMap((block) => block.trials[role].map((trial) => stageValues(trial, hits))),
      ...blocks.map((block) => agentValues(block, role)),
    ]),
  }
}

/** The agents' own concurrency values: an agent is a stage of its trial. */
function agentValues(block: Block, role: Role): ReadonlyMap<string, Values> {
  return new Map([...concurrencyValues(block, role)].filter((entry): entry is [string, Values] => entry[0] !== null))
}

function buildAgent({ name, host, model, options }: PlannedConfig, facts: ArmFacts): AgentReport {
  const own = facts.agents?.find((agent) => agent.name === name)
  return { name, host, model, ...(own?.digest !== undefined && { digest: own.digest }), options, effective: own?.effective ?? {} }
}

function countReasons(trials: readonly Trial[]): Record<string, number> {
  const reasons = trials.flatMap((trial) => (trial.valid ? [] : [trial.invalid_reason!]))
  return Object.fromEntries([...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => [reason, all.length]))
}

function buildSamples(values: readonly Values[]): Samples {
  return Object.fromEntries(
    metricNames.flatMap((name) => {
      const measured = values.map((one) => one.get(name)).filter((value) => value !== undefined)
      return measured.length === 0 ? [] : [[name, { ...summarize(measured), unit: metrics[name].unit }]]
    }),
  )
}

function buildStages(perTrial: readonly ReadonlyMap<string, Values>[]): StageSamples[] {
  const names = [...new Set(perTrial.flatMap((stages) => [...stages.keys()]))]
  return names.map((name) => ({
    name,
    samples: buildSamples(perTrial.map((stages) => stages.get(name)).filter((values) => values !== undefined)),
  }))
}

/** Whole trials first, then stage by stage, each in the order of the table of metrics. */
function sorted(assessment: Assessment): Comparison[] {
  const stages = [...new Set(assessment.comparisons.map(({ stage }) => stage).filter((stage) => stage !== null))]
  const place = (one: Comparison): number =>
    (one.stage === null ? 0 : 1 + stages.indexOf(one.stage)) * metricNames.length + metricNames.indexOf(one.metric as MetricName)
  return assessment.comparisons.toSorted((a, b) => place(a) - place(b))
}

/** The values beside a ratio are the medians of the arms' samples, so that the report agrees with itself. */
function withMedians(comparisons: readonly Comparison[], arms: readonly ArmReport[]): Comparison[] {
  const medianOf = (role: Role, { metric, stage }: Comparison): number | undefined => {
    const arm = arms.find((one) => one.role === role)
    const samples = stage === null ? arm?.samples : arm?.stages.find(({ name }) => name === stage)?.samples
    return samples?.[metric]?.median
  }
  return comparisons.map((comparison) => {
    const baseline = medianOf('baseline', comparison)
    const candidate = medianOf('candidate', comparison)
    return {
      ...comparison,
      ...(baseline !== undefined && { baseline_value: baseline }),
      ...(candidate !== undefined && { candidate_value: candidate }),
    }
  })
}
