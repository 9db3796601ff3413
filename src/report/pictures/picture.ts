/** What pictures show: values, made by `document` and bounded however long the run was. */
import type { Call, Comparison, Gaps, MachineTime, Role, SweepRow, Trial } from '../../schema/generated.ts'

export type Picture = Funnel | Strip | GapCurves | Bridge | Waterfall | HeatMap

/** The looks of one comparison. */
export interface Funnel {
  kind: 'funnel'
  label: string
  comparison: Comparison
  /** The looks are those of the confirmation. */
  fresh: boolean
}

/** Every trial's value of one metric in the order they ran. */
export interface Strip {
  kind: 'strip'
  metric: string
  unit: string
  points: readonly StripPoint[]
  /** Trials there are; of very many every k-th block is shown. */
  trials: number
  every: number
}

export interface StripPoint extends Pick<Trial, 'arm' | 'role' | 'phase' | 'block' | 'attempt'> {
  /** From 1, over all trials. */
  order: number
  /** Absent where the trial is invalid or has none. */
  value: number | undefined
  /** Why it is invalid. */
  reason: string | undefined
  /** What took the processor away; absent where nothing was read. */
  machine: MachineTime | undefined
}

/** How the times between chunks of some arms are distributed. */
export interface GapCurves {
  kind: 'gaps'
  arms: readonly { role: Role; gaps: Gaps }[]
}

/** Steps from one value to another that add up, ms. */
export interface Bridge {
  kind: 'bridge'
  before: number
  after: number
  steps: readonly { label: string; change: number }[]
}

/** Two trials of one block, moment by moment. */
export interface Waterfall {
  kind: 'waterfall'
  suite: string
  chosen: 'median' | 'worst'
  block: string
  /** Blocks that it was chosen from. */
  of: number
  /** Duration of the candidate's trial / that of the baseline's. */
  ratio: number
  trials: readonly TrialTimes[]
}

export interface TrialTimes extends Pick<Trial, 'arm' | 'role' | 'duration'> {
  lanes: readonly Lane[]
}

/** What ran one after the other: an agent, or what fits beside no other. */
export interface Lane {
  /** The agent's name; empty where a trial has only one. */
  agent: string
  calls: readonly CallTimes[]
  /** Where none of the agent's calls runs. */
  gaps: readonly Span<'own' | 'tools'>[]
  /** In rows of stages that do not overlap; one within another is in a later row. */
  stages: readonly (readonly StageSpan[])[]
}

export interface StageSpan {
  name: string
  start: number
  end: number
}

export interface CallTimes extends Pick<Call, 'index' | 'stage' | 'endpoint' | 'valid' | 'cold'> {
  start: number
  end: number
  parts: readonly Span<CallPart>[]
}

/** What a moment of a trial is spent on. */
export type SpanPart = CallPart | 'own' | 'tools'

export type CallPart = 'load' | 'prompt' | 'thinking' | 'tokens' | 'other'

/** ms after the trial began. */
export interface Span<Part extends string = string> {
  part: Part
  start: number
  end: number
}

/** A sweep's grid: one option across, all others down. */
export interface HeatMap {
  kind: 'heat'
  metric: string
  across: string
  down: string
  columns: readonly string[]
  rows: readonly { label: string; cells: readonly (HeatCell | undefined)[] }[]
}

export interface HeatCell extends Pick<SweepRow, 'arm' | 'ratio' | 'verdict' | 'rank' | 'same_as'> {
  /** Shares its rank. */
  tied: boolean
  /** From the worst, 0, to the best, 1. */
  shade: number
}
