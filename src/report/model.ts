/** From what the workers told to a report: results, warnings, ranking, gate. Pure. */
import type { Assessment } from '../judge/assess.ts'
import { attribute } from '../judge/attribution.ts'
import { gateRun, gateSuite, type SuiteGate } from '../judge/gate.ts'
import { gateTexts, warningTexts } from '../judge/messages.ts'
import { isCalibration, type Noise } from '../judge/noise.ts'
import {
  factsOf,
  isRanked,
  type ArmFacts,
  type Ending,
  type Facts,
  type Plan,
  type PlannedArm,
  type PlannedConfig,
  type SuiteRecord,
} from '../judge/plan.ts'
import { judge, type ArmResults, type Results } from '../judge/results.ts'
import { tallyTrials } from '../judge/validity.ts'
import { suiteWarnings } from '../judge/warnings.ts'
import { defined } from '../optional.ts'
import { metricNames } from '../metrics.ts'
import { rankSuite } from '../rank/judge.ts'
import { measuredPlan } from '../rank/same.ts'
import type {
  AgentReport,
  ArmReport,
  CodeSuite,
  Comparison,
  ConfigSuite,
  Environment,
  GateFinding,
  Report,
  SuiteAudit,
  SuiteBase,
  SuiteReport,
  SweepReport,
  SweepSuite,
  Trial,
  Verdict,
  Warning,
} from '../schema/generated.ts'
import { gapsOf } from './gaps.ts'

/** A run, as far as the main process knows it. */
export interface RunRecord {
  startedAt: string
  finishedAt: string
  interrupted: boolean
  version: string
  environment: Environment
  suites: readonly SuiteRecord[]
  /** Suites that were refused before a trial, and files that could not be loaded. */
  refusals: readonly GateFinding[]
  /** What a reader of the gate has to know besides. */
  notices?: readonly GateFinding[]
  failOn: ReadonlySet<Verdict>
  /** What audits of this machine have found of a suite with this baseline. */
  auditOf?: (suite: string, baseline: ArmReport) => SuiteAudit | undefined
}

export function buildReport(run: RunRecord): Report {
  const interrupted =
    run.interrupted ||
    run.suites.some(({ ending }) => ending === undefined || ending.stopped === 'interrupted')
  const judged = run.suites.map((suite) => buildSuite(suite, run))
  return {
    schema_version: 2,
    tool: { name: 'vitest-chimera', version: run.version },
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    status: interrupted ? 'interrupted' : 'complete',
    environment: run.environment,
    suites: judged.map(({ report }) => report),
    gate: gateRun(
      judged.map(({ gate }) => gate),
      run.refusals,
      interrupted,
      [...run.suites.flatMap(({ plan }) => auditNotice(plan)), ...(run.notices ?? [])],
    ),
  }
}

/** Of an arm that was measured as another. */
const NOTHING: ArmResults = { samples: {}, stages: [] }

const CUT_OFF: Ending = { stopped: 'interrupted', requeued: 0, warnings: [] }

function buildSuite(
  { plan, facts, trials, ending }: SuiteRecord,
  { failOn, interrupted, auditOf }: RunRecord,
): { report: SuiteReport; gate: SuiteGate } {
  const measured = measuredPlan(plan, facts)
  const results = judge(measured, trials)
  const armOf = new Map(results.candidates.map(({ candidate, arm }) => [candidate.arm.name, arm]))
  const ranked = isRanked(plan) ? rankSuite({ plan, facts, trials, results, ending }) : undefined
  const unranked = ranked?.sweep.ranking.filter(({ rank }) => rank === undefined).map(({ arm }) => arm)
  const baseline = buildArm(plan.baseline, facts, trials, results.baseline)
  const report: SuiteReport = {
    ...kindOf({ plan, ending }, results, ranked?.sweep),
    name: plan.suite,
    file: plan.file,
    seed: plan.seed,
    blocks: plan.blocks,
    ...defined({ requeued: ending?.requeued }),
    ...(ranked === undefined && buildPair({ plan, facts, trials, ending }, results)),
    ...(ranked === undefined && defined({ audit: auditOf?.(plan.suite, baseline) })),
    arms: [
      baseline,
      ...plan.candidates.map(({ arm }) => buildArm(arm, facts, trials, armOf.get(arm.name) ?? NOTHING)),
    ],
    comparisons: results.candidates.flatMap(({ assessment }) => sorted(assessment)),
    warnings: ranked?.warnings ?? pairWarnings({ plan, facts, trials, ending }, results),
  }
  // A worker that had no time to report its ending was cut off with the run; otherwise it was lost.
  const known = ending ?? (interrupted ? CUT_OFF : undefined)
  return { report, gate: gateSuite({ plan: measured, trials, ending: known, results }, failOn, unranked) }
}

/** No report of an audit can be taken for one of the project. */
function auditNotice({ suite, file, audit }: Plan): GateFinding[] {
  return audit === undefined
    ? []
    : [{ suite, file, message: gateTexts.audited(audit.decode, audit.first_token) }]
}

/** The kind of a suite, with what only suites of that kind have. */
function kindOf(
  { plan: { trees }, ending }: Pick<SuiteRecord, 'plan' | 'ending'>,
  { candidates: [first] }: Results,
  sweep: SweepReport | undefined,
): ConfigSuite | CodeSuite | SweepSuite {
  if (sweep !== undefined) return { kind: 'sweep', sweep }
  if (trees === undefined) return { kind: 'config' }
  const { modules, changed, isNew } = trees
  const attribution = first && attribute(first.pair, first.trials)
  return {
    kind: 'code',
    trees: { modules, changed: [...changed], is_new: isNew },
    ...defined({ attribution, requests: ending?.requests }),
  }
}

/** What is said of a suite of two arms. */
function buildPair(record: SuiteRecord, { candidates }: Results): Partial<SuiteBase> {
  const noise = candidates.reduce<Noise>((all, { assessment }) => ({ ...all, ...assessment.noise }), {})
  return {
    ...(isCalibration(record) && { calibration: true }),
    ...(Object.keys(noise).length > 0 && { noise }),
    confirmed: record.trials.some((trial) => trial.phase === 'confirm'),
  }
}

function pairWarnings({ plan, facts, ending }: SuiteRecord, { candidates }: Results): Warning[] {
  const baseline = factsOf(facts, plan.baseline)
  return [
    ...codeWarnings(plan, ending),
    ...candidates.flatMap(({ candidate, pair, trials, assessment }) =>
      suiteWarnings(pair, { baseline, candidate: factsOf(facts, candidate.arm) }, trials, assessment, ending),
    ),
  ]
}

function codeWarnings({ suite, trees }: Plan, ending: SuiteRecord['ending']): Warning[] {
  if (trees === undefined) return []
  if (trees.isNew) return [{ code: 'new_suite', message: warningTexts.newSuite(suite, trees) }]
  if (trees.changed.length > 0) return []
  const hasOtherRequests = ending?.requests !== undefined
  return [{ code: 'same_code', message: warningTexts.sameCode(suite, trees.modules, hasOtherRequests) }]
}

/** Whole trials first, then stage by stage, each in the order of the table of metrics. */
function sorted(assessment: Assessment): Comparison[] {
  const stages = [
    ...new Set(assessment.comparisons.map(({ stage }) => stage).filter((stage) => stage !== null)),
  ]
  const place = (one: Comparison): number =>
    (one.stage === null ? 0 : 1 + stages.indexOf(one.stage)) * metricNames.length +
    metricNames.indexOf(one.metric)
  return assessment.comparisons.toSorted((a, b) => place(a) - place(b))
}

/** An arm: what was asked for, what the server made of it, and its results. */
function buildArm(
  arm: PlannedArm,
  all: Facts,
  trials: readonly Trial[],
  { samples, stages, concurrency }: ArmResults,
): ArmReport {
  const { name, role, code, config, host, model, options, agents } = arm
  const facts = factsOf(all, arm)
  const own = trials.filter((trial) => trial.arm === name)
  return {
    name,
    role,
    ...defined({ code, config }),
    host,
    server: facts.server,
    model,
    ...defined({ digest: facts.digest, quantization: facts.quantization }),
    options,
    effective: facts.effective,
    ...defined({ agents: agents?.map((agent) => buildAgent(agent, facts)), concurrency, gaps: gapsOf(own) }),
    ...tallyTrials(own),
    samples,
    stages,
  }
}

function buildAgent({ name, host, model, options }: PlannedConfig, facts: ArmFacts): AgentReport {
  const own = facts.agents?.find((agent) => agent.name === name)
  return { name, host, model, ...defined({ digest: own?.digest }), options, effective: own?.effective ?? {} }
}
