import type { ArmFacts, Plan } from '../judge/plan.ts'
import { configsOf } from '../judge/requested.ts'
import type { Role, Trial, Warning } from '../schema/generated.ts'
import type { Agent, AgentBenchOptions } from './agent.ts'
import type { PlaceOf } from './recording.ts'
import type { Residency } from './residency.ts'
import type { PlannedBlock } from './schedule.ts'
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

/** A suite under way. */
export interface Session extends SuiteRun {
  residency: Residency
  trials: Trial[]
  requeued: number
  /** Trials an arm runs each time it is switched in. */
  perSwitch: number
  /** performance.now() past which no block is started. */
  deadline: number
  warnings: Warning[]
}

/** Runs a block: the first arm, then the second, each with what goes before and after it. */
export async function runBlock(session: Session, block: PlannedBlock): Promise<void> {
  for (const [index, role] of block.order.entries()) {
    const position = (index + 1) as 1 | 2
    if ((await session.residency.bring(role)) > 0) {
      await execute(session, { ...block, phase: 'warmup' }, position, role)
    }
    const solosFirst = block.number % 2 === 0
    if (solosFirst) await runSolos(session, block, position, role)
    const repeats =
      session.residency.switching && membersOf(session.agent).length === 0 ? session.perSwitch : 1
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

/** One trial, kept and told. */
export async function execute(
  session: Session,
  block: PlannedBlock,
  position: 1 | 2,
  role: Role,
  agent: Agent = session.agent,
): Promise<Trial> {
  const { plan, definition, signal, residency } = session
  if (!signal.aborted) await residency.loads.look(configsOf(plan.arms[role]))
  const trial = await runTrial({
    plan,
    definition,
    agent,
    signal,
    block,
    position,
    role,
    placeOf: placeOf(session, role),
    loads: residency.loads,
  })
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
