import {
  createRandom,
  criticalValues,
  logRatios,
  logThreshold,
  repeatedInterval,
  type Verdict,
  verdict,
} from '../../src/stats/index.ts'
import { benchstatVerdict } from '../simulate/peers/benchstat.ts'
import { criterionVerdict } from '../simulate/peers/criterion.ts'
import { tachometerVerdict } from '../simulate/peers/tachometer.ts'
import { meanOf } from '../simulate/procedure.ts'

/** Times of both arms; entry i of both is the same run and stage. */
export interface Sample {
  baseline: number[]
  candidate: number[]
}

/** A procedure on a sample that is there already: a single look, no more trials to be had. */
export interface Judge {
  name: string
  judge: (sample: Sample, threshold: number) => Verdict | undefined
}

/** Ours with one look, and the peers of the simulation. */
export const judges: readonly Judge[] = [
  { name: 'vitest-chimera, one look', judge: judgeOurs },
  {
    name: 'benchstat: Mann-Whitney',
    judge: ({ baseline, candidate }) => benchstatVerdict(baseline, candidate),
  },
  {
    name: 'criterion: bootstrap t-test',
    judge: ({ baseline, candidate }) => criterionVerdict(baseline, candidate, createRandom(1)),
  },
  {
    name: 'tachometer: 95 % t-interval',
    judge: ({ baseline, candidate }) => tachometerVerdict(baseline, candidate, 0),
  },
  { name: 'mean ratio past the threshold', judge: judgeMeans },
]

function judgeOurs({ baseline, candidate }: Sample, threshold: number): Verdict | undefined {
  const d = logRatios(baseline, candidate, 'lower')
  const [c = -1] = criticalValues({ looks: [d.length], alpha: 0.05 })
  return verdict(repeatedInterval(d, c), logThreshold(threshold))
}

function judgeMeans({ baseline, candidate }: Sample, threshold: number): Verdict | undefined {
  const ratio = meanOf(candidate).mean / meanOf(baseline).mean
  if (ratio > 1 + threshold) return 'regressed'
  return ratio < 1 / (1 + threshold) ? 'improved' : undefined
}
