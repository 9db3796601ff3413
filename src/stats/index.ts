/**
 * The decision, as pure functions: no clock, no I/O, no internal imports, seeded randomness only.
 *
 * Two arms are compared block by block. `logRatios` turns a metric's values into one number a block,
 * positive for worse; `repeatedInterval` gives the Hodges-Lehmann estimate with an interval that
 * holds at every look, its width set by `criticalValues`; `verdict` reads them against the threshold;
 * `decideSequentially` does all of that for a suite, with alpha shared among its gated metrics.
 * `fisherOneSided` judges validity, `summarize` describes one arm, `scale` a machine's noise.
 */
export { scale } from './calibrate.ts'
export { type Better, logRatios, logThreshold } from './log-ratios.ts'
export { criticalValues } from './critical.ts'
export { fisherOneSided, smallestP, type ValidCounts } from './fisher.ts'
export { judgeValidity, splitAlpha } from './holm.ts'
export { repeatedInterval, toRatio } from './interval.ts'
export { InvalidValuesError } from './invalid.ts'
export type { Decision, MetricSeries } from './decision.ts'
export { defaultLooks, minimumBlocks } from './looks.ts'
export { predictionInterval } from './prediction.ts'
export { createRandom, shuffle } from './random.ts'
export { rankSum } from './rank-sum.ts'
export { decideSequentially, type SequentialInput } from './sequential.ts'
export { studentQuantile, studentTail } from './student.ts'
export { atLastLook, type Standing } from './last-look.ts'
export { geometricMean, median, quantile, summarize } from './summary.ts'
export { blocksNeeded, type Verdict, verdict } from './verdict.ts'
export { hodgesLehmann, walshAverages } from './walsh.ts'
export { welchLogShift } from './welch.ts'
