import { factsOf, type Facts, type Forecast, type Plan } from '../judge/plan.ts'
import type { MadeRequest } from '../call/index.ts'
import type { RequestLog } from '../requests/index.ts'
import type { Trial, Warning } from '../schema/generated.ts'
import type { RunArm } from './arms.ts'
import type { Loader } from './loader.ts'
import type { PlaceOf } from './recording.ts'
import { blockOrder, type PlannedBlock } from './schedule.ts'
import { membersOf, soloAgent } from './team.ts'
import { runTrial, type Limits } from './trial.ts'

/** What a suite needs, and where its trials go. */
export interface SuiteRun {
  plan: Plan
  /** Every arm of the plan. */
  arms: readonly RunArm[]
  limits: Limits
  /** Aborts on cancel: nothing new is started, what is open is aborted. */
  signal: AbortSignal
  onFacts: (facts: Facts) => Promise<void>
  onTrial: (trial: Trial) => Promise<void>
  /** Something worth reading before the run is over. */
  onNotice: (text: string) => Promise<void>
  /** How much longer it is likely to take; again at every look that decides nothing. */
  onForecast: (forecast: Forecast) => Promise<void>
}

/** A suite under way. */
export interface Session extends SuiteRun {
  loader: Loader
  trials: Trial[]
  requeued: number
  /** Trials an arm runs each time its group is switched in. */
  perSwitch: number
  /** performance.now() when the warm-up began. */
  started: number
  /** The phase under way: when it began, and the attempts at blocks since. */
  phase: { started: number; attempts: number }
  warnings: Warning[]
  /** Where the arms differ in code: what they ask of the model. */
  requests?: RequestLog | undefined
}

/**
 * Runs one block of the given arms, group by group, so that no runner is loaded twice; each arm with what goes before and
 * after its trial.
 */
export async function runBlock(
  session: Session,
  block: PlannedBlock,
  names: readonly string[],
): Promise<void> {
  const { plan, loader, signal } = session
  const groups = loader.groups.map((group) => group.filter((name) => names.includes(name)))
  const wanted = groups.filter((group) => group.length > 0)
  const repeats = trialsPerStay(session)
  let position = 1
  for (const group of blockOrder(plan.seed, block.phase, block.number, wanted)) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [index, arm] of armsNamed(session, group).entries()) {
        if (signal.aborted) return
        const turn = { ...block, seed: block.seed + repeat }
        if ((await loader.ensureLoaded(arm.planned.name)) > 0)
          await execute(session, { ...turn, phase: 'warmup' }, position + index, arm)
        await runArm(session, turn, position + index, arm)
      }
    }
    position += group.length
  }
}

/** Trials of an arm in each block: a switch that takes long is paid for several. A team's trials come one by one, for its solos. */
export function trialsPerStay({ loader, arms, perSwitch }: Session): number {
  return loader.switching && arms.every(({ agent }) => membersOf(agent).length === 0) ? perSwitch : 1
}

/** The arms of these names, in the same order. */
export function armsNamed({ arms }: SuiteRun, names: readonly string[]): RunArm[] {
  return names.flatMap((name) => arms.find(({ planned }) => planned.name === name) ?? [])
}

/** The arm's trial, and for a team each agent alone, before it or after it in turns: what its work takes when nobody else is at it. */
async function runArm(session: Session, block: PlannedBlock, position: number, arm: RunArm): Promise<void> {
  const { signal } = session
  const members = block.phase === 'measure' ? membersOf(arm.agent) : []
  const alone = members.map((name) => ({ phase: 'solo' as const, agent: soloAgent(arm.agent, name) }))
  const together = { phase: block.phase, agent: arm.agent }
  for (const { phase, agent } of block.number % 2 === 0 ? [...alone, together] : [together, ...alone]) {
    if (signal.aborted) return
    await execute(session, { ...block, phase }, position, { ...arm, agent })
  }
}

/** One trial, kept and told. */
export async function execute(
  session: Session,
  block: PlannedBlock,
  position: number,
  arm: RunArm,
): Promise<Trial> {
  const { plan, limits, signal, loader, requests } = session
  const made: MadeRequest[] = []
  if (!signal.aborted) await loader.look(arm.planned.name)
  const trial = await runTrial({
    plan,
    arm,
    limits,
    signal,
    block,
    position,
    placeOf: placeOf(arm, loader.facts),
    loads: loader.loads,
    ...(requests?.isOpen && { onRequest: (request) => void made.push(request) }),
  })
  requests?.add(trial, made)
  session.trials.push(trial)
  await session.onTrial(trial)
  return trial
}

/** Where the calls of an arm or of one of its agents go. */
function placeOf({ planned }: RunArm, all: Facts): PlaceOf {
  const known = factsOf(all, planned)
  return (agent) => {
    const config = planned.agents?.find(({ name }) => name === agent) ?? planned
    const { num_ctx } = (known.agents?.find(({ name }) => name === agent) ?? known).effective
    return { host: config.host, ...(num_ctx !== undefined && { effectiveContext: num_ctx }) }
  }
}
