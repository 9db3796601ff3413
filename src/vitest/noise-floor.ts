import { join } from 'node:path'
import { auditFile, knownAudit, readKept } from '../audit/index.ts'
import type { Message } from './wire.ts'
import { describeMachine } from './environment.ts'
import { warningTexts } from '../judge/messages.ts'
import { isCalibration, knownCalibration, outOfReach, type Calibration } from '../judge/noise.ts'
import type { Plan } from '../judge/plan.ts'
import { judge } from '../judge/results.ts'
import { recordSuite } from './wire.ts'
import type { ArmReport, Audit, Report, SuiteAudit } from '../schema/generated.ts'
import { upgraded } from '../schema/upgrade.ts'
import { asAudit, asReport } from '../schema/validate.ts'

/** What is known of this machine's noise before a suite runs: from the last report here, and from A/A suites of this run. */
export class NoiseFloor {
  #previous: Report | undefined
  #audit: Audit | undefined
  readonly #learned = new Map<string, Calibration>()

  /** Reads the report of the run before and what audits have found, where they are there and sound. */
  async load(outputDir: string): Promise<void> {
    this.#previous = await readKept(join(outputDir, 'report.json'), (value, where) =>
      asReport(upgraded(value), where),
    )
    this.#audit = await readKept(auditFile(outputDir), asAudit)
  }

  /** What audits of this machine have found of a suite with this baseline. */
  auditOf(suite: string, baseline: ArmReport): SuiteAudit | undefined {
    return knownAudit(this.#audit, suite, baseline, describeMachine())
  }

  /** Takes the noise of an A/A suite that has ended. */
  learn(messages: readonly Message[]): void {
    for (const record of recordSuite(messages).suites) {
      if (!isCalibration(record)) continue
      for (const { assessment } of judge(record.plan, record.trials).candidates)
        this.#learned.set(record.plan.suite, assessment)
    }
  }

  /** Thresholds of a suite about to start that this machine is too noisy for. */
  warnings(plan: Plan): string[] {
    const known =
      this.#learned.get(plan.suite) ?? knownCalibration(this.#previous, plan.suite, describeMachine())
    if (known === undefined) return []
    return outOfReach(plan, known).map((found) => warningTexts.outOfReach(found, plan.blocks.max))
  }
}
