import type { Results } from './jobs.ts'
import { ALPHA } from './ours.ts'
import { PLAN_RUNS, plans } from './plans.ts'
import { percent, table } from './table.ts'

/** One line of the acceptance table. */
interface Line {
  what: string
  must: string
  got: string
  ok: boolean
}

/** Holds the results to what the procedure must show; `ok` says whether all of it holds. */
export function acceptance(
  { cells, counts, validity }: Results,
  runs: number,
): { text: string; ok: boolean } {
  const share = (check: string): number => {
    const found = counts.find((count) => count.check === check)
    if (found === undefined) throw new Error(`The simulation has no check ${check}.`)
    return found.share
  }
  const ours = (noise: string, factor: number) => {
    const found = cells.find(
      (c) => c.procedure === 'vitest-chimera' && c.noise === noise && c.factor === factor,
    )
    if (found === undefined) throw new Error(`The simulation has no cell ${noise}, ${factor}.`)
    return found
  }
  const failing = (baseline: number, candidate: number) => {
    const found = validity.find((cell) => cell.baseline === baseline && cell.candidate === candidate)
    if (found === undefined)
      throw new Error(`The simulation has no arms that fail ${baseline}, ${candidate}.`)
    return found
  }
  const same = ours('D', 1)
  const ten = ours('D', 1.1)
  const twenty = ours('T', 1.2)
  const lines: Line[] = [
    ...['D', 'T', 'S'].flatMap((noise) => [
      atMost(`${noise}: A/A, interval ever above zero`, share(`error ${noise}`), limit(ALPHA, runs)),
      atLeast(
        `${noise}: every interval holds the truth`,
        share(`coverage ${noise}`),
        1 - limit(2 * ALPHA, runs),
      ),
    ]),
    atMost('D, 5 %: A/A, regressed', same.regressed, 0.01),
    atLeast('D, 5 %: A/A, unchanged', same.unchanged, 0.95),
    atMost('T, 15 %: A/A, regressed', ours('T', 1).regressed, 0.01),
    atLeast('T, 15 %: A/A, unchanged', ours('T', 1).unchanged, 0.95),
    atMost('S, 15 %: A/A, regressed', ours('S', 1).regressed, 0.01),
    atLeast('S, 15 %: A/A, unchanged', ours('S', 1).unchanged, 0.95),
    trials('D, 5 %: A/A, trials', same.trials, 22),
    atLeast('D, 5 %: +10 %, regressed', ten.regressed, 0.99),
    trials('D, 5 %: +10 %, trials', ten.trials, 14),
    atLeast('T, 15 %, cold blocks re-run: +20 %, regressed', twenty.regressed, 0.9),
    trials('T, 15 %, cold blocks re-run: +20 %, trials', twenty.trials, 22),
    ...['quiet', 'busy'].flatMap((machine) => [
      atMost(
        `${machine} machine, A/A: stall_share regressed or improved`,
        share(`${machine}: equal, stall_share moved`),
        0.01,
      ),
      atLeast(
        `${machine} machine, 5 % of the gaps ten times longer: found`,
        share(`${machine}: more pauses found`),
        0.99,
      ),
      ...['half', 'twice'].map((length) =>
        atMost(
          `${machine} machine, replies ${length} as long: called a change of speed`,
          share(`${machine}: ${length} as long, called a change`),
          // Before confirmation, in either direction; equal arms reach as much.
          0.05,
        ),
      ),
    ]),
    atLeast('A/A, second place 5 % faster, fixed order: wrong (the control)', share('order fixed'), 0.5),
    atMost('A/A, second place 5 % faster, ABBA: wrong', share('order abba'), 0.002),
    atMost('six suites of two metrics, A/A: red', share('suites confirmed'), 0.005),
    { what: 'the same without confirmation', must: '', got: percent(share('suites red')), ok: true },
    ...[0, 0.02, 0.1, 0.3, 0.5].map((share) =>
      atMost(
        `both arms fail ${percent(share, 0)}: valid_rate regressed`,
        failing(share, share).regressed,
        share <= 0.02 ? 0.002 : limit((2 / 3) * ALPHA, runs),
      ),
    ),
    atLeast('candidate fails 30 %: valid_rate regressed', failing(0, 0.3).regressed, 0.8),
    atMost(
      'candidate fails 30 %: valid_rate unchanged though it failed',
      failing(0, 0.3).unchangedThoughFailed,
      0.01,
    ),
    atLeast('candidate fails 50 %: valid_rate regressed', failing(0, 0.5).regressed, 0.99),
    ...plans.map(({ looks, alpha }, i) =>
      atMost(
        `looks ${looks.join(', ')}, alpha ${alpha}: error`,
        share(`plan ${i}`),
        limit(alpha, PLAN_RUNS),
        2,
      ),
    ),
  ]
  const rows = lines.map(({ what, must, got, ok }) => [
    what,
    must,
    got,
    must === '' ? '' : ok ? 'ok' : 'MISSED',
  ])
  return {
    text: table([['vitest-chimera', 'must show', 'showed', ''], ...rows]),
    ok: lines.every(({ ok }) => ok),
  }
}

/** An error rate and three standard errors of its estimate. */
function limit(rate: number, runs: number): number {
  return rate + 3 * Math.sqrt((rate * (1 - rate)) / runs)
}

function atMost(what: string, got: number, most: number, digits = 1): Line {
  return { what, must: `<= ${percent(most, digits)}`, got: percent(got, digits), ok: got <= most }
}

function atLeast(what: string, got: number, least: number): Line {
  return { what, must: `>= ${percent(least)}`, got: percent(got), ok: got >= least }
}

function trials(what: string, got: number, most: number): Line {
  return { what, must: `<= ${most}`, got: got.toFixed(1), ok: got <= most }
}
