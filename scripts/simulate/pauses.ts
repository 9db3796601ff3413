import { paceOf } from '../../src/judge/steady.ts'
import type { Call } from '../../src/schema/generated.ts'
import { decideSequentially, type MetricSeries, type Verdict } from '../../src/stats/index.ts'
import { blockOrder } from '../../src/run/schedule.ts'
import type { Count } from './count.ts'
import { generatorFor, normal } from './noise.ts'
import { ALPHA, LOOKS } from './ours.ts'

/** A machine on which tokens take about 10 ms, and some ten times as long; `wander` is how unevenly these pauses come. */
interface Machine {
  name: string
  pauses: number
  wander: number
}

const machines: readonly Machine[] = [
  { name: 'quiet', pauses: 0.01, wander: 0 },
  // Times with ten times as many pauses come and go, each for about ten trials.
  { name: 'busy', pauses: 0.02, wander: 1 },
]

/** What an arm does: its reply's length, in chunks, and the pauses that it adds, as a share of the gaps. */
interface Arm {
  chunks: number
  pauses: number
}

const usual: Arm = { chunks: 128, pauses: 0 }
/** What is held against the usual arm, and what is counted of it. */
const candidates: readonly { check: string; arm: Arm; is: (verdicts: Verdicts) => boolean }[] = [
  {
    check: 'equal, stall_share moved',
    arm: usual,
    is: ({ stall }) => stall === 'regressed' || stall === 'improved',
  },
  {
    check: 'more pauses found',
    arm: { chunks: 128, pauses: 0.05 },
    is: ({ pace, stall }) => stall === 'regressed' || pace === 'regressed',
  },
  { check: 'half as long, called a change', arm: { chunks: 64, pauses: 0 }, is: isChange },
  { check: 'twice as long, called a change', arm: { chunks: 256, pauses: 0 }, is: isChange },
]

function isChange({ pace, stall }: Verdicts): boolean {
  return [pace, stall].some((verdict) => verdict === 'regressed' || verdict === 'improved')
}

/** Streams in which nothing, only pauses or only the length differs: verdicts on the steady pace and on `stall_share`. */
export function streamsThatPause(runs: number, seed: number): Count[] {
  return machines.flatMap((machine) =>
    candidates.map(({ check, arm, is }) => {
      const random = generatorFor(seed, 'pauses', machine.name, check)
      const found = Array.from({ length: runs }, () => decide(machine, arm, random)).filter(is)
      return { check: `${machine.name}: ${check}`, share: found.length / runs }
    }),
  )
}

type Verdicts = Partial<Record<'pace' | 'stall', Verdict | undefined>>

/** Runs blocks from look to look until both have their verdicts, as a suite does. */
function decide(machine: Machine, candidate: Arm, random: () => number): Verdicts {
  const seed = Math.floor(random() * 2 ** 31)
  const trial = startTrials(machine, random)
  const values = { pace: empty(), stall: empty() }
  for (const look of LOOKS) {
    while (values.pace.baseline.length < look) {
      const number = values.pace.baseline.length + 1
      const order = blockOrder(seed, 'measure', number, [['baseline', 'candidate']]).flat()
      for (const role of order) {
        const { throughput, stallShare } = trial(role === 'baseline' ? usual : candidate)
        values.pace[role === 'baseline' ? 'baseline' : 'candidate'].push(throughput)
        values.stall[role === 'baseline' ? 'baseline' : 'candidate'].push(stallShare)
      }
    }
    // As judge/series.ts has them.
    const metrics: Record<'pace' | 'stall', MetricSeries> = {
      pace: { ...values.pace, better: 'higher', threshold: 0.05, gated: true },
      stall: {
        ...values.stall,
        better: 'lower',
        threshold: 0.05,
        gated: false,
        strict: 'both',
        difference: true,
      },
    }
    const { pace, stall } = decideSequentially({ metrics, looks: LOOKS, alpha: ALPHA }).decisions
    if ((pace.verdict && stall.verdict) || look === LOOKS.at(-1))
      return { pace: pace.verdict, stall: stall.verdict }
  }
  return {}
}

function empty(): { baseline: number[]; candidate: number[] } {
  return { baseline: [], candidate: [] }
}

/** Trials on one machine, one after the other: level and wandering are shared by both arms. */
function startTrials({ pauses, wander }: Machine, random: () => number) {
  const mean = 10 * Math.exp(0.03 * normal(random))
  let load = normal(random)
  return (arm: Arm): { throughput: number; stallShare: number } => {
    load = 0.9 * load + Math.sqrt(1 - 0.81) * normal(random)
    const often = Math.min(0.5, pauses * Math.exp(wander * load)) + arm.pauses
    const pace = mean * Math.exp(0.03 * normal(random))
    const times = [0]
    for (let at = 0; times.length < arm.chunks; times.push(at))
      at += pace * Math.exp(0.2 * normal(random)) * (random() < often ? 10 : 1)
    const call = { chunk_times: times, chunks: times.length, eval_count: times.length } as unknown as Call
    const found = paceOf([call])
    if (found === undefined) throw new Error('A stream has a pace.')
    return found
  }
}
