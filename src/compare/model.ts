/** What a comparison of stored reports says, as data: `--format json` prints it as it stands, the other writers lay it out. */
import type { MetricName } from '../metrics.ts'
import type { Role, Verdict } from '../schema/generated.ts'

/** Reports beside each other. Names in snake_case as in report.json; what is not known is absent. */
export interface ReportComparison {
  /** Always: a stored report never gates. */
  advisory: true
  /** The same in words, and whether the machines differ. */
  advice: string
  /** runs: each report against the first; history: the last against the runs before it. */
  mode: 'runs' | 'history'
  /** Of every interval, two-sided. */
  level: number
  reports: ReportHead[]
  /** In what the reports are not alike; those that forbid a comparison were said to be meant. */
  differences: ReportDifference[]
  tables: MetricTable[]
  notes: string[]
}

/** A comparison before its words. */
export type Unnoted = Omit<ReportComparison, 'advice' | 'notes'>

/** Which report a column is. */
export interface ReportHead {
  label: string
  path: string
  started_at: string
  commit?: string
  os: string
  cpu: string
}

/**
 * models, hosts: refused unless `--compare` says that it is meant, as within a run;
 * machine: compared, but named: another machine's figures are no measure for this one's;
 * options: compared and named: usually what the comparison is about.
 */
export type Kind = 'models' | 'hosts' | 'machine' | 'options'

/** The kinds that `--compare` can declare meant. */
export type Meant = 'models' | 'hosts'

/** One part in which two fingerprints are not alike, in words. */
export interface Difference {
  part: string
  kind: Kind
  from: string
  to: string
}

/** One difference between the setups of two reports, by their index, and the rows it concerns. */
export interface ReportDifference extends Difference {
  reports: [from: number, to: number]
  rows: string[]
}

export interface MetricTable {
  metric: MetricName
  unit: string
  better: 'lower' | 'higher'
  rows: Row[]
}

/** One arm of one suite, whole trial or stage. */
export interface Row {
  /** `suite · arm › stage`, with what else it takes to tell it from its like. */
  label: string
  suite: string
  arm: string
  role: Role
  /** null: the whole trial. */
  stage: string | null
  /** The reports that have the arm, where not all have. */
  only_in?: number[]
  values: Value[]
  /** runs: against the first report. */
  changes?: Change[]
  history?: History
}

/** A report's sample, in the metric's unit; of valid_rate the share and the trials. */
export interface Value {
  report: number
  n: number
  median: number
  cv?: number
  /** valid_rate only. */
  valid?: number
}

/** From one report's trials to another's. It cannot see what moves a whole run. */
export interface Change {
  report: number
  against: number
  n: [number, number]
  /** This report's value / the other's. */
  ratio?: number
  /** In its place where a metric is compared by its difference: this report's value − the other's. */
  difference?: number
  /** Of the ratio or of the difference. */
  interval?: [number, number]
  /** Two-sided; absent where too little is known for a test. */
  p?: number
  test?: 'mann-whitney' | 'welch' | 'fisher'
}

/** The new run's median against those of earlier runs. */
export interface History {
  /** Earlier runs of the same fingerprint. */
  runs: number
  /** Runs it takes; the rest is absent below. */
  needed: number
  /** Geometric mean of the earlier medians; their mean where a metric is compared by its difference. */
  center?: number
  prediction?: [number, number]
  position?: 'inside' | 'above' | 'below'
  /** New median / center, or new median − center, with its interval. */
  ratio?: number
  difference?: number
  interval?: [number, number]
  threshold?: number
  verdict?: Verdict
}
