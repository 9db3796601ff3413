/**
 * One suite, from the first request to its ending: warm-up, blocks of the baseline and every candidate still in until
 * there is a verdict, fresh blocks where something regressed that has to be confirmed. Knows nothing of Vitest: trials
 * leave through `onTrial`.
 */
import { runWarnings, suiteErrors } from './messages.ts'
import { holdListener } from '../call/index.ts'
import { assessGated, hasRegression } from '../judge/assess.ts'
import { differences } from '../judge/comparable.ts'
import { CONCURRENCY } from '../judge/concurrency.ts'
import { pairOf, trialsOf } from '../judge/pair.ts'
import { armsOf, factsOf, type Candidate, type Ending, type Facts, type Plan } from '../judge/plan.ts'
import { blocksOf, findUnusable } from '../judge/unusable.ts'
import type { MetricName } from '../metrics.ts'
import { defined } from '../optional.ts'
import { RequestLog } from '../requests/index.ts'
import { minimumBlocks } from '../stats/index.ts'
import { membersOf } from './agent.ts'
import { servedArm } from './arms.ts'
import { armsNamed, execute, runBlock, type Session, type SuiteRun } from './block.ts'
import { openLoader } from './loader.ts'
import { blockOrder, plannedBlock } from './schedule.ts'
import { findSame, measuredPlan } from '../rank/same.ts'
import { contendersOf, forecast, isDecided, isSpent, isWorthAsking, needsAlone } from './stop.ts'

type Stopped = Ending['stopped']
type Phase = 'measure' | 'confirm'

/** Runs the suite to its ending. Rejects only when its arms are not comparable. */
export async function runSuite(run: SuiteRun): Promise<Ending> {
  const { plan, signal } = run
  const loader = await openLoader(run.arms.map(servedArm), signal)
  const closeListener = await holdListener()
  try {
    await run.onFacts(loader.facts)
    refuseDifferentArms(plan, loader.facts)
    if (loader.silent !== undefined)
      return { stopped: 'unusable', message: loader.silent, requeued: 0, warnings: loader.warnings }
    const session: Session = {
      ...run,
      loader,
      trials: [],
      requeued: 0,
      perSwitch: 1,
      started: performance.now(),
      phase: { name: 'measure', started: performance.now() },
      alone: run.arms.some(({ agent }) => membersOf(agent).length > 0),
      warnings: loader.warnings,
      requests: plan.trees?.isNew === false ? new RequestLog() : undefined,
    }
    await warmUp(session)
    await run.onFacts(loader.facts)
    const measured = await runPhase(session, 'measure')
    const stopped = hasToConfirm(session, measured) ? await confirm(session) : measured
    // What ends between two looks has not been asked for since the last one.
    if (stopped === 'budget') session.changed ??= await loader.findChange()
    return ending(session, stopped)
  } finally {
    closeListener()
    await loader.release()
  }
}

function refuseDifferentArms(plan: Plan, facts: Facts): void {
  for (const { arm } of plan.candidates) {
    const [first, ...rest] = differences(plan, factsOf(facts, plan.baseline), factsOf(facts, arm))
    if (first === undefined) continue
    throw suiteErrors.notComparable(
      plan.suite,
      [first, ...rest].map(({ text }) => text),
      first.flag,
    )
  }
}

/** Longest stay of a group that was switched in, in trials an arm: more would let the machine drift between arms. */
const MAX_PER_SWITCH = 3

/**
 * One discarded trial an arm, so that connections, runners and caches are as they will be from then on; of a sweep one a
 * group, for its arms differ in options alone.
 */
async function warmUp(session: Session): Promise<void> {
  const { plan, loader, signal } = session
  const block = plannedBlock(plan.seed, 'warmup', 0)
  // In reverse, so that the first block finds its first arm loaded.
  const groups = blockOrder(plan.seed, 'measure', 1, loader.groups).toReversed()
  const names = groups.flatMap((group) => (plan.kind === 'sweep' ? group.slice(0, 1) : group.toReversed()))
  let switching = 0
  let working = 0
  for (const [index, arm] of armsNamed(session, names).entries()) {
    if (signal.aborted) return
    switching = Math.max(switching, await loader.ensureLoaded(arm.planned.name))
    const trial = await execute(session, block, index + 1, arm)
    working = Math.max(working, trial.duration)
  }
  session.plan = await leaveOutSame(session)
  const running = new Set(armsOf(session.plan).map(({ name }) => name))
  const stays = groups.filter((group) => group.some((name) => running.has(name))).length
  const all = working * running.size
  if (all > 0 && stays > 1)
    session.perSwitch = Math.min(MAX_PER_SWITCH, Math.max(1, Math.round((switching * stays) / all)))
  await warnOfTime(session, stays * switching + all)
}

/** The plan without what the servers run identically, now that they have said what they made of every arm. */
async function leaveOutSame({ plan, loader, trials, warnings, onNotice }: Session): Promise<Plan> {
  // The list of what is loaded may show a runner that did not leave.
  if (warnings.some(({ code }) => code === 'unload_failed')) return plan
  const same = findSame(plan, loader.facts, trials)
  for (const [name, of] of same) {
    const known = loader.facts[name]
    if (known !== undefined) known.same_as = of
  }
  if (same.size > 0) await onNotice(runWarnings.measuredOnce(plan.candidates.length, same.size))
  return measuredPlan(plan, loader.facts)
}

/** Said as soon as the warm-up tells how long a block takes, ms. */
async function warnOfTime({ plan, onNotice }: Session, block: number): Promise<void> {
  if (plan.timeBudget === undefined) return
  const blocks = Math.max(minimumBlocks(plan.alpha / plan.candidates.length), plan.blocks.min)
  const needed = Math.round(blocks * block)
  if (needed > plan.timeBudget)
    await onNotice(runWarnings.timeBudgetTooSmall(plan.timeBudget, needed, blocks))
}

/** Blocks until the verdicts are there, or no candidate is left. */
async function runPhase(session: Session, phase: Phase): Promise<Stopped> {
  const { plan, trials } = session
  session.phase = { name: phase, started: performance.now() }
  for (let number = 1; number <= plan.blocks.max; number++) {
    const contenders = contendersOf(plan, trials, phase)
    if (contenders.length === 0) return findUnusable(plan, trials) === undefined ? 'budget' : 'unusable'
    const stopped = await completeBlock(session, phase, number, contenders)
    if (stopped !== undefined) return stopped
    if (plan.looks.includes(number)) session.changed ??= await session.loader.findChange()
    if (session.changed !== undefined) return 'unusable'
    if (!isWorthAsking(plan, trials, number)) continue
    if (isDecided(plan, trials, phase, number)) return 'decided'
    if (plan.looks.includes(number)) session.alone &&= needsAlone(plan, trials, contenders)
    const ahead = forecast(session, phase, number)
    if (ahead !== undefined) await session.onForecast(ahead)
  }
  return 'budget'
}

/**
 * A block until every contender has its part of it or is given up. A candidate whose part broke, or was cold when it
 * should not have been, runs it again with a fresh baseline trial; the others need not wait for it to be right.
 */
async function completeBlock(
  session: Session,
  phase: Phase,
  number: number,
  contenders: readonly Candidate[],
): Promise<Stopped | undefined> {
  const { plan, trials, signal } = session
  let wanted = contenders
  for (let attempt = 1; wanted.length > 0; attempt++) {
    if (session.changed !== undefined || findUnusable(plan, trials) !== undefined) return 'unusable'
    if (signal.aborted) return 'interrupted'
    if (isSpent(session, number, wanted)) return 'budget'
    if (attempt > 1) session.requeued++
    await runBlock(session, plannedBlock(plan.seed, phase, number, attempt), [
      plan.baseline.name,
      ...wanted.map(({ arm }) => arm.name),
    ])
    if (signal.aborted) return 'interrupted'
    const still = new Set(contendersOf(plan, trials, phase))
    wanted = wanted.filter((one) => still.has(one) && !blocksOf(plan, one, trials, phase).includes(number))
  }
  return undefined
}

function hasToConfirm(session: Session, stopped: Stopped): boolean {
  if (!session.plan.confirm || stopped === 'unusable' || stopped === 'interrupted') return false
  return hasRegressed(session)
}

/** Fresh blocks; the agents of a team run alone in them where that is what regressed. */
function confirm(session: Session): Promise<Stopped> {
  session.alone = hasRegressed(session, CONCURRENCY)
  return runPhase(session, 'confirm')
}

function hasRegressed({ plan, trials }: Session, of?: readonly MetricName[]): boolean {
  return plan.candidates.some((one) =>
    hasRegression(assessGated(pairOf(plan, one), trialsOf(plan, one, trials), 'measure'), of),
  )
}

function ending(session: Session, stopped: Stopped): Ending {
  const { plan, trials, requeued, warnings, readsName, requests, changed } = session
  const own = { requeued, warnings, ...defined({ readsName }) }
  if (changed !== undefined) return { stopped: 'unusable', message: changed, ...own }
  const unusable = stopped === 'unusable' ? findUnusable(plan, trials) : undefined
  const difference = requests?.difference()
  return {
    stopped,
    ...unusable,
    ...own,
    ...(difference !== undefined && { requests: difference }),
  }
}
