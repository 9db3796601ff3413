/**
 * One suite, from the first request to its ending: warm-up, blocks until every gated metric has its
 * verdict, fresh blocks where something regressed. Knows nothing of Vitest: trials leave through `onTrial`.
 */
import { suiteErrors, warningTexts } from '../errors.ts'
import { assess, hasRegression, type Assessment } from '../judge/assess.ts'
import { completeBlocks } from '../judge/blocks.ts'
import { differences } from '../judge/comparable.ts'
import { requeueLimit, type Ending, type Plan } from '../judge/plan.ts'
import { hasOpenDrop } from '../judge/validity.ts'
import { minimumBlocks } from '../stats/index.ts'
import { execute, runBlock, type Session, type SuiteRun } from './block.ts'
import { openResidency, type Residency } from './residency.ts'
import { plannedBlock } from './schedule.ts'
import { findUnusable } from './unusable.ts'

type Stopped = Ending['stopped']

/** Runs the suite to its ending. Rejects only when its arms are not comparable. */
export async function runSuite(run: SuiteRun): Promise<Ending> {
  const { plan, signal } = run
  const residency = await openResidency(plan, signal)
  try {
    await run.onFacts(residency.facts)
    refuseDifferentArms(plan, residency)
    const session: Session = {
      ...run,
      residency,
      trials: [],
      requeued: 0,
      perSwitch: 1,
      deadline: performance.now() + (plan.timeBudget ?? Infinity),
      warnings: residency.warnings,
    }
    await warmUp(session)
    await run.onFacts(residency.facts)
    let stopped = await runPhase(session, 'measure')
    if (
      stopped !== 'unusable' &&
      stopped !== 'interrupted' &&
      hasRegression(assess(plan, session.trials, 'measure'))
    ) {
      stopped = await runPhase(session, 'confirm')
    }
    return ending(session, stopped)
  } finally {
    await residency.release()
  }
}

function refuseDifferentArms(plan: Plan, residency: Residency): void {
  const [first, ...rest] = differences(plan, residency.facts)
  if (first === undefined) return
  throw suiteErrors.notComparable(
    plan.suite,
    [first, ...rest].map(({ text }) => text),
    first.flag,
  )
}

/** Longest stay of an arm that was switched in, in trials: more would let the machine drift between arms. */
const MAX_PER_SWITCH = 3

/** One discarded trial an arm, so that connections, runners and caches are as they will be from then on. */
async function warmUp(session: Session): Promise<void> {
  const first = plannedBlock(session.plan.seed, 'measure', 1)
  const block = plannedBlock(session.plan.seed, 'warmup', 0)
  let switching = 0
  let working = 0
  // In reverse, so that the first block finds its first arm loaded.
  for (const [index, role] of first.order.toReversed().entries()) {
    if (session.signal.aborted) return
    switching = Math.max(switching, await session.residency.bring(role))
    const trial = await execute(session, block, (index + 1) as 1 | 2, role)
    working = Math.max(working, trial.duration)
  }
  await warnOfTime(session, switching, working)
  if (working > 0) session.perSwitch = Math.min(MAX_PER_SWITCH, Math.max(1, Math.round(switching / working)))
}

/** Said as soon as the warm-up tells how long a block takes. */
async function warnOfTime({ plan, onNotice }: Session, switching: number, working: number): Promise<void> {
  if (plan.timeBudget === undefined) return
  const blocks = Math.max(minimumBlocks(plan.alpha), plan.blocks.min)
  const needed = Math.round(blocks * 2 * (working + switching))
  if (needed > plan.timeBudget)
    await onNotice(warningTexts.timeBudgetTooSmall(plan.timeBudget, needed, blocks))
}

/** Blocks until the verdicts are there; a broken or unexpectedly cold block is re-queued whole. */
async function runPhase(session: Session, phase: 'measure' | 'confirm'): Promise<Stopped> {
  const { plan, trials, signal } = session
  let requeued = 0
  for (let number = 1; number <= plan.blocks.max; number++) {
    for (let attempt = 1; ; attempt++) {
      if (findUnusable(session.trials) !== undefined) return 'unusable'
      if (signal.aborted) return 'interrupted'
      // One block runs whatever the budget: without it there would be nothing to report.
      if (number > 1 && performance.now() >= session.deadline) return endByTime(session, number - 1)
      await runBlock(session, plannedBlock(plan.seed, phase, number, attempt))
      if (signal.aborted) return 'interrupted'
      if (completeBlocks(plan, trials, phase).some((block) => block.number === number)) break
      if (findUnusable(session.trials) !== undefined) return 'unusable'
      if (requeued >= requeueBudget(session, phase)) return 'budget'
      requeued++
      session.requeued++
    }
    if (isDecided(assess(plan, trials, phase), plan)) return 'decided'
  }
  return 'budget'
}

/** Blocks of an arm that fails are evidence, not waste: while a drop of valid_rate is seen and not decided, they go on. */
function requeueBudget({ plan, trials }: Session, phase: 'measure' | 'confirm'): number {
  const limit = requeueLimit(plan.blocks)
  return hasOpenDrop(assess(plan, trials, phase).comparisons) ? Math.max(limit, plan.blocks.max) : limit
}

function endByTime({ plan, warnings }: Session, blocks: number): Stopped {
  warnings.push({ code: 'time_budget', message: warningTexts.timeBudget(plan.timeBudget!, blocks) })
  return 'budget'
}

function isDecided(assessment: Assessment, plan: Plan): boolean {
  return assessment.done && assessment.blocks >= plan.blocks.min
}

function ending(session: Session, stopped: Stopped): Ending {
  const unusable = stopped === 'unusable' ? findUnusable(session.trials) : undefined
  return { stopped, ...unusable, requeued: session.requeued, warnings: session.warnings }
}
