import type { Arm } from '../llm/index.ts'
import type { ArmFacts, PlannedArm } from '../judge/plan.ts'
import { configsOf } from '../judge/requested.ts'
import type { Phase, Role, Trial, Warning } from '../schema/generated.ts'
import { pairPlan, type SweepPlan } from '../sweep/plan.ts'
import type { Agent } from './agent.ts'
import type { PlaceOf } from './recording.ts'
import { samplingSeed } from './schedule.ts'
import { sweepOrder } from './sweep-order.ts'
import { candidatesOf, type AgentSweepOptions } from './sweep-plan.ts'
import type { SweepResidency } from './sweep-residency.ts'
import { membersOf, soloAgent } from './team.ts'
import { runTrial } from './trial.ts'

/** What a sweep needs, and where its trials go. */
export interface SweepRun {
  plan: SweepPlan
  definition: AgentSweepOptions
  agent: Agent
  /** Aborts on cancel: nothing new is started, what is open is aborted. */
  signal: AbortSignal
  onFacts: (facts: Readonly<Record<string, ArmFacts>>) => Promise<void>
  onTrial: (trial: Trial) => Promise<void>
  /** Something worth reading before the run is over. */
  onNotice: (text: string) => Promise<void>
}

/** A sweep under way. */
export interface SweepSession extends SweepRun {
  residency: SweepResidency
  trials: Trial[]
  runners: ReadonlyMap<string, Runner>
  requeued: number
  /** Trials an arm runs each time its group is switched in. */
  perSwitch: number
  /** performance.now() past which no block is started. */
  deadline: number
  warnings: Warning[]
}

/** What it takes to run one arm. */
export interface Runner {
  planned: PlannedArm
  arm: Arm
  role: Role
}

/** A runner an arm, by name. */
export function runnersOf(
  { baseline, points }: SweepPlan,
  definition: AgentSweepOptions,
): ReadonlyMap<string, Runner> {
  const arms = candidatesOf(definition).map(({ arm }) => arm)
  const all = [
    { planned: baseline, arm: definition.baseline },
    ...points.map(({ arm }, i) => ({ planned: arm, arm: arms[i]! })),
  ]
  return new Map(all.map((one) => [one.planned.name, { ...one, role: one.planned.role }]))
}

interface Place {
  number: number
  attempt: number
}

/** Runs one block of the given arms, group by group, so that no runner is loaded twice. */
export async function runSweepBlock(
  session: SweepSession,
  place: Place,
  arms: readonly string[],
): Promise<void> {
  const groups = session.residency.groups
    .map((group) => group.filter((name) => arms.includes(name)))
    .filter((group) => group.length > 0)
  const order = sweepOrder(session.plan.seed, place.number, groups)
  const repeats = session.residency.switching && membersOf(session.agent).length === 0 ? session.perSwitch : 1
  let before = 0
  for (const group of order) {
    if (session.signal.aborted) return
    if ((await session.residency.bring(group[0]!)) > 0)
      await execute(session, { ...place, phase: 'warmup', position: before + 1 }, group[0]!)
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [index, name] of group.entries())
        await runArm(session, { ...place, phase: 'measure', position: before + index + 1, repeat }, name)
    }
    before += group.length
  }
}

interface Turn extends Place {
  phase: Phase
  position: number
  repeat?: number
}

/** The arm's trial, and for a team each agent alone, before it or after it in turns. */
async function runArm(session: SweepSession, turn: Turn, name: string): Promise<void> {
  const alone = membersOf(session.agent).map((member) => soloAgent(session.agent, member))
  const works = [
    { phase: turn.phase, agent: session.agent },
    ...alone.map((agent) => ({ phase: 'solo' as const, agent })),
  ]
  for (const { phase, agent } of turn.number % 2 === 0 ? works.toReversed() : works) {
    if (session.signal.aborted) return
    await execute(session, { ...turn, phase }, name, agent)
  }
}

/** One trial, kept and told. */
export async function execute(
  session: SweepSession,
  { repeat = 0, ...turn }: Turn,
  name: string,
  agent: Agent = session.agent,
): Promise<Trial> {
  const { plan, definition, signal, residency } = session
  const { planned, arm, role } = session.runners.get(name)!
  if (!signal.aborted) await residency.loads.look(configsOf(planned))
  const point = plan.points.find((one) => one.arm === planned) ?? plan.points[0]!
  const seed = samplingSeed(plan.seed, turn.phase === 'warmup' ? 'warmup' : 'measure', turn.number)
  const trial = await runTrial({
    plan: pairPlan(plan, point),
    definition: { ...definition, candidate: arm },
    agent,
    signal,
    block: { phase: turn.phase, number: turn.number, attempt: turn.attempt, seed: seed + repeat },
    position: turn.position,
    role,
    placeOf: placeOf(planned, residency.facts[name]!),
    loads: residency.loads,
  })
  session.trials.push(trial)
  await session.onTrial(trial)
  return trial
}

/** Where the calls of an arm or of one of its agents go. */
function placeOf(arm: PlannedArm, facts: ArmFacts): PlaceOf {
  return (agent) => {
    const config = arm.agents?.find(({ name }) => name === agent) ?? arm
    const { num_ctx } = (facts.agents?.find(({ name }) => name === agent) ?? facts).effective
    return { host: config.host, ...(num_ctx !== undefined && { effectiveContext: num_ctx }) }
  }
}
