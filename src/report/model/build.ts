/** From what the workers told to a report: samples, comparisons, warnings, gate. Pure. */
import { judge } from '../../judge/assess.ts'
import { gateRun, gateSuite, type SuiteGate } from '../../judge/gate.ts'
import { isCalibration } from '../../judge/noise.ts'
import type { ArmFacts, Ending, Plan } from '../../judge/plan.ts'
import { suiteWarnings } from '../../judge/warnings.ts'
import type {
  Environment,
  GateFailure,
  Report,
  Role,
  SuiteReport,
  Trial,
  Verdict,
} from '../../schema/generated.ts'
import { buildArm, UNKNOWN } from './arm.ts'
import { sorted, withMedians } from './comparisons.ts'
import { buildSweep, type SweepRecord } from './sweep.ts'

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
  suites: readonly (SuiteRecord | SweepRecord)[]
  /** Suites that were refused before a trial, and files that could not be loaded. */
  refusals: readonly GateFailure[]
  failOn: ReadonlySet<Verdict>
}

export function buildReport(run: RunRecord): Report {
  const interrupted =
    run.interrupted ||
    run.suites.some(({ ending }) => ending === undefined || ending.stopped === 'interrupted')
  const judged = run.suites.map((suite) =>
    'sweep' in suite ? buildSweep(suite) : buildSuite(suite, run.failOn),
  )
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
    ),
  }
}

function buildSuite(
  record: SuiteRecord,
  failOn: ReadonlySet<Verdict>,
): { report: SuiteReport; gate: SuiteGate } {
  const { plan, trials, ending } = record
  const facts = record.facts ?? { baseline: UNKNOWN, candidate: UNKNOWN }
  const assessment = judge(plan, trials)
  const arms = (['baseline', 'candidate'] as const).map((role) => buildArm(plan, facts[role], trials, role))
  const report: SuiteReport = {
    name: plan.suite,
    file: plan.file,
    seed: plan.seed,
    blocks: plan.blocks,
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
