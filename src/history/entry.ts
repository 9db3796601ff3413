/** One line of the history: what a run measured of a suite, on a machine, of a model, under one set of options. */
import { fingerprintKey } from '../compare/fingerprint.ts'
import { isObject, objectOf, parseJson } from '../json.ts'
import { isMetric, metricNames, type MetricName } from '../metrics.ts'
import { defined } from '../optional.ts'
import type { Report } from '../schema/generated.ts'
import { clip } from '../text/index.ts'

export interface Entry {
  /** When the run ended, ISO 8601. */
  time: string
  commit?: string
  suite: string
  /** The suite's bench file, as several may share its name; lines of earlier versions have none. */
  file?: string
  arms: EntryArm[]
}

export interface EntryArm {
  name: string
  /** Runs with the same one can be compared: machine, server, model and options. */
  fingerprint: string
  /** Medians over the trials of complete, valid blocks. */
  values: Partial<Record<MetricName, number>>
}

/** Characters of a name and of a path that are kept, so that a line stays small. */
const LONGEST_NAME = 100
const LONGEST_PATH = 300

/**
 * The entries of a run. A run that was interrupted, an import, a sweep and the base of a code comparison have none: they say
 * nothing of how the project's own suites fared over time.
 */
export function entriesOf({ status, source, finished_at: time, environment, suites }: Report): Entry[] {
  if (status === 'interrupted' || source !== undefined) return []
  return suites.flatMap((suite): Entry[] => {
    const measured = suite.arms.filter(
      (arm) => Object.keys(arm.samples).length > 0 && !(suite.kind === 'code' && arm.role === 'baseline'),
    )
    if (suite.kind === 'sweep' || measured.length === 0) return []
    const arms = measured.map((arm) => ({
      name: clip(arm.name, LONGEST_NAME).text,
      fingerprint: fingerprintKey({ environment, arm }),
      values: Object.fromEntries(
        metricNames.flatMap((name) => {
          const median = arm.samples[name]?.median
          return median === undefined ? [] : [[name, Number(median.toPrecision(6))]]
        }),
      ),
    }))
    const commit = environment.git?.sha
    const [name, file] = [clip(suite.name, LONGEST_NAME).text, clip(suite.file, LONGEST_PATH).text]
    return [{ time, ...defined({ commit }), suite: name, file, arms }]
  })
}

/** An entry of a line that anyone may have written; undefined if it is none. */
export function parseEntry(line: string): Entry | undefined {
  const { time, commit, suite, file, arms } = objectOf(parseJson(line))
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time)) || typeof suite !== 'string')
    return undefined
  if (!Array.isArray(arms)) return undefined
  const sha = typeof commit === 'string' && /^[0-9a-f]{4,64}$/.test(commit) ? commit : undefined
  return {
    time: new Date(time).toISOString(),
    ...defined({ commit: sha }),
    suite,
    ...defined({ file: typeof file === 'string' ? file : undefined }),
    arms: arms.flatMap(armOf),
  }
}

function armOf(value: unknown): EntryArm[] {
  const { name, fingerprint, values } = objectOf(value)
  if (typeof name !== 'string' || typeof fingerprint !== 'string' || !isObject(values)) return []
  const known = Object.entries(values).filter(
    ([metric, median]) => isMetric(metric) && typeof median === 'number' && Number.isFinite(median),
  )
  return [{ name, fingerprint, values: Object.fromEntries(known) }]
}
