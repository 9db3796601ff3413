import { readFile, stat } from 'node:fs/promises'
import type { Message } from './wire.ts'
import { describeMachine } from './environment.ts'
import { warningTexts } from '../judge/messages.ts'
import { isCalibration, knownCalibration, outOfReach, type Calibration } from '../judge/noise.ts'
import type { Plan } from '../judge/plan.ts'
import { judge } from '../judge/results.ts'
import { recordSuite } from './wire.ts'
import type { Report } from '../schema/generated.ts'
import { asReport } from '../schema/validate.ts'

/** What is known of this machine's noise before a suite runs: from the last report here, and from A/A suites of this run. */
export class NoiseFloor {
  #previous: Report | undefined
  readonly #learned = new Map<string, Calibration>()

  /** Reads the report of the run before, if there is one and it is sound. */
  async load(path: string): Promise<void> {
    try {
      // A pipe of that name would be read forever.
      if (!(await stat(path)).isFile()) return
      this.#previous = asReport(JSON.parse(await readFile(path, 'utf8')), path)
    } catch {
      // No report yet, or one of another version: then nothing is known, which is no fault.
    }
  }

  /** Takes the noise of an A/A suite that has ended. */
  learn(messages: readonly Message[]): void {
    for (const record of recordSuite(messages).suites) {
      if (!isCalibration(record.plan)) continue
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
