import { readFile } from 'node:fs/promises'
import type { Message } from './artifact.ts'
import { describeMachine } from './environment.ts'
import { warningTexts } from './errors.ts'
import { judge } from './judge/assess.ts'
import { isCalibration, knownNoise, outOfReach, type Noise } from './judge/noise.ts'
import type { Plan } from './judge/plan.ts'
import { recordSuite } from './record.ts'
import type { Report } from './schema/generated.ts'
import { reportFaults } from './schema/validate.ts'

/** What is known of this machine's noise before a suite runs: from the last report here, and from A/A suites of this run. */
export class NoiseFloor {
  #previous: Report | undefined
  readonly #learned = new Map<string, Noise>()

  /** Reads the report of the run before, if there is one and it is sound. */
  async load(path: string): Promise<void> {
    try {
      const report: unknown = JSON.parse(await readFile(path, 'utf8'))
      if (reportFaults(report).length === 0) this.#previous = report as Report
    } catch {
      // No report yet, or one of another version: then nothing is known, which is no fault.
    }
  }

  /** Takes the noise of an A/A suite that has ended. */
  learn(messages: readonly Message[]): void {
    for (const record of recordSuite(messages).suites) {
      if ('sweep' in record || !isCalibration(record.plan)) continue
      this.#learned.set(record.plan.suite, judge(record.plan, record.trials).noise)
    }
  }

  /** Thresholds of a suite about to start that this machine is too noisy for. */
  warnings(plan: Plan): string[] {
    const noise = this.#learned.get(plan.suite) ?? knownNoise(this.#previous, plan.suite, describeMachine())
    return outOfReach(plan, noise ?? {}).map(({ metric, scale, blocks }) =>
      warningTexts.outOfReach(metric, plan.rules[metric].threshold, scale, blocks, plan.blocks.max),
    )
  }
}
