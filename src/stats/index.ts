/**
 * The decision, as pure functions: no clock, no I/O, no internal imports, seeded randomness only.
 *
 * Two arms are compared block by block. `logRatios` turns a metric's values into one number a block,
 * positive for worse; `repeatedInterval` gives the Hodges-Lehmann estimate with an interval that
 * holds at every look, its width set by `criticalValues`; `verdict` reads them against the threshold;
 * `decideSequentially` does all of that for a suite, with alpha shared among its gated metrics.
 * `failureTest` proves that one arm fails more often, `differenceInterval` says by how much; `summarize` describes one
 * arm, `scale` a machine's noise.
 */
export { adjustedEstimate } from './adjusted.ts'
export { scale } from './summary.ts'
export { type Better, logRatios, logThreshold } from './log-ratios.ts'
export { criticalValues } from './critical.ts'
export { failureTest } from './failures.ts'
export { fisherOneSided, swapped, type ValidCounts } from './fisher.ts'
export { splitAlpha } from './holm.ts'
export { repeatedInterval, toDifference, toRatio } from './interval.ts'
export { InvalidValuesError } from './checked.ts'
export { changes, type Decision, type MetricSeries, type PairedValues } from './decision.ts'
export { defaultLooks, FEWEST_BLOCKS, minimumBlocks, MOST_BLOCKS } from './looks.ts'
export { predictionInterval } from './prediction.ts'
export { differenceInterval, exactLimits } from './proportions.ts'
export { createRandom, shuffle } from './random.ts'
export { rankSum } from './rank-sum.ts'
export {
  type Attempt,
  decideSequentially,
  type Look,
  type SequentialInput,
  type ValidityDecision,
} from './sequential.ts'
export { studentQuantile, studentTail, welchShift } from './student.ts'
export { atLastLook, type Standing } from './critical.ts'
export { geometricMean, median, quantile, quantiles, summarize } from './summary.ts'
export { blocksNeeded, type Verdict, verdict } from './verdict.ts'
export { hodgesLehmann, walshAverages } from './interval.ts'
