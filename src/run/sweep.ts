/**
 * One sweep, from the first request to its ending: a warm-up of every group of arms, then blocks of the baseline and
 * every candidate still in, until the table is decided or the budget is spent. A candidate whose part of a block broke
 * runs that part again, beside a baseline trial of its own; the others need not wait for it to be right.
 */
import { suiteErrors, warningTexts } from '../errors.ts'
import { differences } from '../judge/comparable.ts'
import type { Ending } from '../judge/plan.ts'
import { minimumBlocks } from '../stats/index.ts'
import { pairPlan, type SweepPoint } from '../sweep/plan.ts'
import { replay } from '../sweep/replay.ts'
import { execute, runnersOf, runSweepBlock, type SweepRun, type SweepSession } from './sweep-block.ts'
import { openSweepResidency, type SweepResidency } from './sweep-residency.ts'
import { findBroken, hasBlock, isDecided, isSpent } from './sweep-stop.ts'

export type { SweepRun } from './sweep-block.ts'

type Stopped = Ending['stopped']

/** Runs the sweep to its ending. Rejects only when its arms are not comparable. */
export async function runSweep(run: SweepRun): Promise<Ending> {
  const { plan, signal } = run
  const residency = await openSweepResidency([plan.baseline, ...plan.points.map(({ arm }) => arm)], signal)
  try {
    await run.onFacts(residency.facts)
    refuseDifferentArms(run, residency)
    const session: SweepSession = {
      ...run,
      residency,
      trials: [],
      runners: runnersOf(plan, run.definition),
      requeued: 0,
      perSwitch: 1,
      deadline: performance.now() + (plan.timeBudget ?? Infinity),
      warnings: residency.warnings,
    }
    await warmUp(session)
    const stopped = await runBlocks(session)
    await run.onFacts(residency.facts)
    return ending(session, stopped)
  } finally {
    await residency.release()
  }
}

function refuseDifferentArms({ plan }: SweepRun, { facts }: SweepResidency): void {
  for (const point of plan.points) {
    const found = differences(pairPlan(plan, point), {
      baseline: facts[plan.baseline.name]!,
      candidate: facts[point.arm.name]!,
    })
    if (found[0] !== undefined)
      throw suiteErrors.notComparable(
        plan.suite,
        found.map(({ text }) => text),
        found[0].flag,
      )
  }
}

/** Longest stay of a group that was switched in, in trials an arm: more would let the machine drift between arms. */
const MAX_PER_SWITCH = 3

/** One discarded trial a group, so that connections, runners and caches are as they will be from then on. */
async function warmUp(session: SweepSession): Promise<void> {
  const { plan, residency, signal } = session
  let switching = 0
  let working = 0
  for (const [index, group] of residency.groups.entries()) {
    if (signal.aborted) return
    switching = Math.max(switching, await residency.bring(group[0]!))
    const trial = await execute(
      session,
      { number: 0, attempt: 1, phase: 'warmup', position: index + 1 },
      group[0]!,
    )
    working = Math.max(working, trial.duration)
  }
  await session.onFacts(residency.facts)
  const perGroup = (working * (plan.points.length + 1)) / residency.groups.length
  if (perGroup > 0)
    session.perSwitch = Math.min(MAX_PER_SWITCH, Math.max(1, Math.round(switching / perGroup)))
  await warnOfTime(session, residency.groups.length * switching + (plan.points.length + 1) * working)
}

/** Said as soon as the warm-up tells how long a block takes, ms. */
async function warnOfTime({ plan, onNotice }: SweepSession, block: number): Promise<void> {
  if (plan.timeBudget === undefined) return
  const blocks = Math.max(minimumBlocks(plan.alpha / plan.points.length), plan.blocks.min)
  const needed = Math.round(blocks * block)
  if (needed > plan.timeBudget)
    await onNotice(warningTexts.timeBudgetTooSmall(plan.timeBudget, needed, blocks))
}

async function runBlocks(session: SweepSession): Promise<Stopped> {
  const { plan, trials } = session
  for (let number = 1; number <= plan.blocks.max; number++) {
    const { contenders } = replay(plan, trials)
    if (contenders.length === 0) return findBroken(session) === undefined ? 'budget' : 'unusable'
    const stopped = await runBlock(session, number, contenders)
    if (stopped !== undefined) return stopped
    if (plan.looks.includes(number) && number >= plan.blocks.min && isDecided(session)) return 'decided'
  }
  return 'budget'
}

/** A block until every contender has its part of it, or is given up. */
async function runBlock(
  session: SweepSession,
  number: number,
  contenders: readonly SweepPoint[],
): Promise<Stopped | undefined> {
  const { plan, trials, signal } = session
  let wanted = contenders
  for (let attempt = 1; wanted.length > 0; attempt++) {
    if (findBroken(session) !== undefined) return 'unusable'
    if (signal.aborted) return 'interrupted'
    if (isSpent(session, number, wanted.length)) return 'budget'
    if (attempt > 1) session.requeued++
    await runSweepBlock(session, { number, attempt }, [
      plan.baseline.name,
      ...wanted.map(({ arm }) => arm.name),
    ])
    if (signal.aborted) return 'interrupted'
    const still = new Set(replay(plan, trials).contenders)
    wanted = wanted.filter((point) => still.has(point) && !hasBlock(session, point, number))
  }
  return undefined
}

function ending(session: SweepSession, stopped: Stopped): Ending {
  const broken = stopped === 'unusable' ? findBroken(session) : undefined
  return { stopped, ...broken, requeued: session.requeued, warnings: session.warnings }
}
