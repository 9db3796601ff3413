/**
 * One suite, from the first request to its ending: warm-up, blocks until every gated metric has its
 * verdict, fresh blocks where something regressed. Knows nothing of Vitest: trials leave through `emit`.
 */
import { assess, hasRegression, type Assessment } from '../judge/assess.ts'
import { completeBlocks } from '../judge/blocks.ts'
import { differences } from '../judge/comparable.ts'
import type { ArmFacts, Ending, Plan } from '../judge/plan.ts'
import { suiteErrors, warningTexts } from '../errors.ts'
import { minimumPairs } from '../stats/index.ts'
import type { Role, Trial, Warning } from '../schema/generated.ts'
import type { Agent, AgentBenchOptions } from './agent.ts'
import { coldDetector } from './cold.ts'
import { openResidency, type Residency } from './residency.ts'
import { plannedBlock, type PlannedBlock } from './schedule.ts'
import type { PlaceOf } from './recording.ts'
import { membersOf, soloAgent } from './team.ts'
import { runTrial } from './trial.ts'

/** What a suite needs, and where its trials go. */
export interface SuiteRun {
  plan: Plan
  definition: AgentBenchOptions
  agent: Agent
  /** Aborts on cancel: nothing new is started, what is open is aborted. */
  signal: AbortSignal
  onFacts: (facts: Record<Role, ArmFacts>) => Promise<void>
  onTrial: (trial: Trial) => Promise<void>
  /** Something worth reading before the run is over. */
  onNotice: (text: string) => Promise<void>
}

interface Session extends SuiteRun {
  residency: Residency
  trials: Trial[]
  cold: Record<Role, (loadDuration: number) => boolean>
  requeued: number
  /** Trials an arm runs each time it is switched in. */
  perSwitch: number
  /** performance.now() past which no block is started. */
  deadline: number
  warnings: Warning[]
}

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
      cold: { baseline: coldDetector(), candidate: coldDetector() },
      requeued: 0,
      perSwitch: 1,
      deadline: performance.now() + (plan.timeBudget ?? Infinity),
      warnings: residency.warnings,
    }
    await warmUp(session)
    await run.onFacts(residency.facts)
    let stopped = await runPhase(session, 'measure')
    if (stopped !== 'unusable' && stopped !== 'interrupted' && hasRegression(assess(plan, session.trials, 'measure'))) {
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
  throw suiteErrors.notComparable(plan.suite, [first, ...rest].map(({ text }) => text), first.flag)
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
  const pairs = Math.max(minimumPairs(plan.alpha), plan.pairs.min)
  const needed = Math.round(pairs * 2 * (working + switching))
  if (needed > plan.timeBudget) await onNotice(warningTexts.timeBudgetTooSmall(plan.timeBudget, needed, pairs))
}

/** Blocks until the verdicts are there; a broken or unexpectedly cold block is re-queued whole. */
async function runPhase(session: Session, phase: 'measure' | 'confirm'): Promise<Stopped> {
  const { plan, trials, signal } = session
  const budget = Math.max(2, Math.ceil(plan.pairs.max / 2))
  let requeued = 0
  for (let number = 1; number <= plan.pairs.max; number++) {
    for (let attempt = 1; ; attempt++) {
      if (findUnusable(session) !== undefined) return 'unusable'
      if (signal.aborted) return 'interrupted'
      if (performance.now() >= session.deadline) return endByTime(session, number - 1)
      await runBlock(session, plannedBlock(plan.seed, phase, number, attempt))
      if (signal.aborted) return 'interrupted'
      if (completeBlocks(plan, trials, phase).some((block) => block.number === number)) break
      if (findUnusable(session) !== undefined) return 'unusable'
      if (requeued === budget) return 'budget'
      requeued++
      session.requeued++
    }
    if (isDecided(assess(plan, trials, phase), plan)) return 'decided'
  }
  return 'budget'
}

function endByTime({ plan, warnings }: Session, blocks: number): Stopped {
  warnings.push({ code: 'time_budget', message: warningTexts.timeBudget(plan.timeBudget!, blocks) })
  return 'budget'
}

function isDecided(assessment: Assessment, plan: Plan): boolean {
  return assessment.done && assessment.blocks >= plan.pairs.min
}

async function runBlock(session: Session, block: PlannedBlock): Promise<void> {
  for (const [index, role] of block.order.entries()) {
    const position = (index + 1) as 1 | 2
    if ((await session.residency.bring(role)) > 0) {
      await execute(session, { ...block, phase: 'warmup' }, position, role)
    }
    const solosFirst = block.number % 2 === 0
    if (solosFirst) await runSolos(session, block, position, role)
    const repeats = session.residency.switching && membersOf(session.agent).length === 0 ? session.perSwitch : 1
    for (let repeat = 0; repeat < repeats && !session.signal.aborted; repeat++) {
      await execute(session, { ...block, seed: block.seed + repeat }, position, role)
    }
    if (!solosFirst) await runSolos(session, block, position, role)
  }
}

/** Each agent of a team by itself: what its work takes when nobody else is at it. */
async function runSolos(session: Session, block: PlannedBlock, position: 1 | 2, role: Role): Promise<void> {
  if (block.phase !== 'measure') return
  for (const name of membersOf(session.agent)) {
    if (session.signal.aborted) return
    await execute(session, { ...block, phase: 'solo' }, position, role, soloAgent(session.agent, name))
  }
}

async function execute(session: Session, block: PlannedBlock, position: 1 | 2, role: Role, agent = session.agent): Promise<Trial> {
  const { plan, definition, signal, cold } = session
  const trial = await runTrial({ plan, definition, agent, signal, block, position, role, placeOf: placeOf(session, role), isCold: cold[role] })
  session.trials.push(trial)
  await session.onTrial(trial)
  return trial
}

/** Where the calls of an arm or of one of its agents go. */
function placeOf({ plan, residency }: Session, role: Role): PlaceOf {
  return (agent) => {
    const arm = plan.arms[role]
    const config = arm.agents?.find(({ name }) => name === agent) ?? arm
    const facts = residency.facts[role].agents?.find(({ name }) => name === agent) ?? residency.facts[role]
    const { num_ctx } = facts.effective
    return { host: config.host, ...(num_ctx !== undefined && { effectiveContext: num_ctx }) }
  }
}

/** After these no second try is worth its time: nothing will be there that was not there before. */
const HOPELESS = new Set(['unreachable', 'model_missing'])
/** So many measured trials without a valid one, and the arm is given up. */
const GIVE_UP_AFTER = 3

/** The arm that makes the suite unusable, with the last thing that went wrong in it. */
function findUnusable({ trials }: Session): { arm: string; message: string } | undefined {
  for (const role of ['baseline', 'candidate'] as const) {
    const own = trials.filter((trial) => trial.role === role)
    const last = own.at(-1)
    if (last === undefined || last.valid) continue
    const neverValid = own.every((trial) => !trial.valid)
    const measured = own.filter((trial) => trial.phase !== 'warmup')
    const recent = own.slice(-GIVE_UP_AFTER)
    const hopeless = HOPELESS.has(last.invalid_reason!)
    const gone = hopeless && (neverValid || (recent.length === GIVE_UP_AFTER && recent.every((trial) => HOPELESS.has(trial.invalid_reason ?? ''))))
    if (gone || (neverValid && measured.length >= GIVE_UP_AFTER)) return { arm: last.arm, message: last.message! }
  }
  return undefined
}

function ending(session: Session, stopped: Stopped): Ending {
  const unusable = stopped === 'unusable' ? findUnusable(session) : undefined
  return { stopped, ...unusable, requeued: session.requeued, warnings: session.warnings }
}
