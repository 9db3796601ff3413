import { at } from './checked.ts'
import { hodgesLehmann, repeatedInterval, type Estimate } from './interval.ts'
import { checkAlpha, checkLooks, FEWEST_BLOCKS, spendAlpha } from './looks.ts'
import { signedRankTail, simulateSignedRank } from './signed-rank.ts'

/** A group-sequential plan. */
export interface Plan {
  /** Blocks at each look, ascending; the last is the most the plan ever takes. */
  looks: readonly number[]
  /** One-sided error over all looks together, such as 0.05. */
  alpha: number
  /** Tests that share alpha; each of them gets alpha / tests. 1 if absent. */
  tests?: number
  seed?: number
  /** Simulated null experiments; each is used twice, mirrored. */
  runs?: number
}

// Another seed may move a c by one. With this one the plans published in docs/decision.md come out as they
// stand there; their error was simulated anew, with other seeds.
const SEED = 2304
const RUNS = 30_000

const simulations = new Map<string, Uint16Array[]>()
const solved = new Map<string, readonly number[]>()

/**
 * The critical value c at each look: the interval of `repeatedInterval` runs from the c-th Walsh
 * average to the c-th from the top. -1 where the look can decide nothing yet.
 *
 * Alpha is released by `spendAlpha`; what a look's discreteness leaves over passes to the
 * next. As long as no earlier look could decide, c comes from the exact distribution
 * of the signed-rank statistic; after that from its joint distribution over the looks, simulated.
 *
 * Because alpha comes in lumps, a smaller alpha could have the larger c at a single look. Among tests
 * that share one alpha that must not be (Holm's argument needs it), so c is also never larger than
 * with one test fewer.
 *
 * Seeded and kept in memory, so that a plan always has the same values; about 0.05 s for new looks up
 * to 30 blocks and 0.2 s up to 200, next to nothing for another alpha on the same looks.
 *
 * @throws InvalidValuesError on an impossible alpha, or looks that do not ascend or go beyond 300
 */
export function criticalValues(plan: Plan): readonly number[] {
  const { looks, alpha, tests = 1, seed = SEED, runs = RUNS } = plan
  checkAlpha(alpha)
  checkLooks(looks)
  const simulation = `${looks.join()};${seed};${runs}`
  return remember(solved, `${simulation};${alpha};${tests}`, () => {
    const statistics = remember(simulations, simulation, () => simulateSignedRank(looks, runs, seed))
    const own = solve(looks, alpha / tests, statistics)
    if (tests === 1) return own
    const fewer = criticalValues({ ...plan, tests: tests - 1 })
    return own.map((c, k) => Math.min(c, fewer[k] as number))
  })
}

function solve(looks: readonly number[], alpha: number, statistics: readonly Uint16Array[]): number[] {
  const alive = new Uint8Array(statistics[0]?.length ?? 0).fill(1)
  const nMax = looks.at(-1) as number
  let spent = 0
  return looks.map((n, k) => {
    if (n < FEWEST_BLOCKS) return -1
    const row = statistics[k] as Uint16Array
    const tail = spent === 0 ? signedRankTail(n) : simulatedTail(row, alive, (n * (n + 1)) / 2)
    const allowed = spendAlpha(alpha, n, nMax) - spent
    const c = tail.findLastIndex((p) => p <= allowed * (1 + 1e-12))
    if (c < 0) return -1
    spent += tail[c] as number
    row.forEach((below, run) => {
      if (below <= c) alive[run] = 0
    })
    return c
  })
}

/** Entry c: the share of all runs that no earlier look has stopped and whose statistic is at most c. */
function simulatedTail(row: Uint16Array, alive: Uint8Array, largest: number): Float64Array {
  const tail = new Float64Array(largest + 1)
  row.forEach((below, run) => {
    if (alive[run] === 1) tail[below] = (tail[below] as number) + 1 / row.length
  })
  let sum = 0
  return tail.map((share) => (sum += share))
}

function remember<Value>(cache: Map<string, Value>, key: string, make: () => Value): Value {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}

/** Where a difference stands after the blocks so far. */
export interface Standing extends Estimate {
  /** Blocks it rests on: those of the last look reached, or all while none is. */
  n: number
}

/**
 * Estimate and repeated interval at the last look that the values have reached; before the first look only the
 * estimate. The interval holds at every look at once, with the one-sided error alpha.
 *
 * @param d one log ratio or logarithm a block, in the order in which the blocks ended; at least one
 * @throws InvalidValuesError as `criticalValues` and `walshAverages` do
 */
export function atLastLook(
  d: readonly number[],
  { looks, alpha }: { looks: readonly number[]; alpha: number },
): Standing {
  const k = looks.findLastIndex((n) => n <= d.length)
  if (k < 0) return { n: d.length, estimate: hodgesLehmann(d) }
  const n = at(looks, k)
  return { n, ...repeatedInterval(d.slice(0, n), at(criticalValues({ looks, alpha }), k)) }
}
