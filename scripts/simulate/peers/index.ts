import type { Procedure } from '../procedure.ts'
import { bencher } from './bencher.ts'
import { benchstat } from './benchstat.ts'
import { criterion } from './criterion.ts'
import { storedMean, toBeFasterThan, withRetries } from './mean-ratio.ts'
import { peeking } from './peeking.ts'
import { tachometer } from './tachometer.ts'

/**
 * What other tools do, from their published definitions. Where a tool leaves the number of trials to its user it
 * gets ten of each arm, about what ours spends; where it leaves the threshold, it gets ours.
 */
export const peers: readonly Procedure[] = [
  benchstat,
  criterion,
  tachometer(0),
  tachometer('threshold'),
  toBeFasterThan,
  withRetries,
  storedMean('github-action-benchmark: stored mean'),
  storedMean('CodSpeed: stored mean, 10 %', 0.1),
  bencher,
  peeking,
]
