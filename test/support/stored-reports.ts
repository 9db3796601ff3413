/** Reports as they are kept: sample runs, varied as another run of the same suites would be. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArmReport, Report, Sample, Samples } from '../../src/schema/generated.ts'
import { createRandom } from '../../src/stats/index.ts'
import { sampleRun } from './sample-runs.ts'

/** What a later run is like. */
interface Variation {
  /** Days after the sample run; part of the run's identity. */
  days?: number
  /** By how much each metric's values are multiplied, by `metric` or `arm metric`. */
  factors?: Record<string, number>
  /** Every median moves by up to this share, seeded by the days. */
  noise?: number
}

/** A sample run's report, varied. */
export function variedReport({ days = 0, factors = {}, noise = 0 }: Variation = {}): Report {
  const { report } = sampleRun('regressed')
  const random = createRandom(days)
  const later = (time: string): string => new Date(Date.parse(time) + days * 86_400_000).toISOString()
  const vary = (arm: ArmReport, samples: Samples): Samples =>
    Object.fromEntries(
      Object.entries(samples).map(([metric, sample]) => {
        const factor = (factors[metric] ?? 1) * (factors[`${arm.name} ${metric}`] ?? 1)
        return [metric, scaled(sample, factor * (1 + noise * (2 * random() - 1)))]
      }),
    )
  return {
    ...report,
    started_at: later(report.started_at),
    finished_at: later(report.finished_at),
    suites: report.suites.map((suite) => ({
      ...suite,
      arms: suite.arms.map((arm) => ({
        ...arm,
        samples: vary(arm, arm.samples),
        stages: arm.stages.map((stage) => ({ ...stage, samples: vary(arm, stage.samples) })),
      })),
    })),
  }
}

function scaled(sample: Sample, factor: number): Sample {
  const { n, unit, cv, ...values } = sample
  const moved = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * factor]))
  return { ...(moved as typeof values), n, unit, ...(cv !== undefined && { cv }) }
}

/** A report with every arm changed. */
export function withArms(report: Report, change: (arm: ArmReport) => Partial<ArmReport>): Report {
  const suites = report.suites.map((suite) => ({
    ...suite,
    arms: suite.arms.map((arm) => ({ ...arm, ...change(arm) })),
  }))
  return { ...report, suites }
}

/** Keeps a report as `vitest bench` would; returns the path of its report.json. */
export async function keep(
  dir: string,
  name: string,
  report: unknown,
  trials?: readonly unknown[],
): Promise<string> {
  await mkdir(join(dir, name), { recursive: true })
  await writeFile(join(dir, name, 'report.json'), JSON.stringify(report))
  if (trials !== undefined)
    await writeFile(
      join(dir, name, 'trials.jsonl'),
      trials.map((trial) => `${JSON.stringify(trial)}\n`).join(''),
    )
  return join(dir, name, 'report.json')
}
