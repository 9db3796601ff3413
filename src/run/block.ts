import { factsOf, type Facts, type Forecast, type Plan } from '../judge/plan.ts'
import { keptTrial } from '../stream.ts'
import type { MadeRequest } from '../call/index.ts'
import type { RequestLog } from '../requests/index.ts'
import type { Trial, Warning } from '../schema/generated.ts'
import type { RunArm } from './arms.ts'
import { trialLimit } from './limit.ts'
import { runWarnings } from './messages.ts'
import { mayBeOutage, OUTAGE_MS } from './outage.ts'
import type { Loader } from './loader.ts'
import type { PlaceOf } from './recording.ts'
import { blockOrder, type PlannedBlock } from './schedule.ts'
import { membersOf, soloAgent } from './agent.ts'
import { runTrial, type Limits, type TrialSetup } from './trial.ts'

/** What a suite needs, and where its trials go. */
export interface SuiteRun {
  plan: Plan
  /** Every arm of the plan. */
  arms: readonly RunArm[]
  limits: Limits
  /** Aborts on cancel: nothing new is started, what is open is aborted. */
  signal: AbortSignal
  onFacts: (facts: Facts) => Promise<void>
  /** Before a trial. */
  onBegin?: (trial: BegunTrial) => Promise<void>
  /** @param kept what is kept of it, for judging */
  onTrial: (trial: Trial, kept: Trial) => Promise<void>
  /** Reads the machine's counters while a trial runs; those of this machine unless told otherwise. */
  watch?: TrialSetup['watch']
  /** Longest wait for a server that has gone away, ms. */
  patience?: number | undefined
  /** Something worth reading before the run is over. */
  onNotice: (text: string) => Promise<void>
  /** How much longer it is likely to take; again at every look that decides nothing. */
  onForecast: (forecast: Forecast) => Promise<void>
}

/** A trial that is about to run. */
export interface BegunTrial extends Pick<Trial, 'arm' | 'phase' | 'block'> {
  /** How long this thread may stand still in it, ms. */
  limit: number
  /** The stage in which its agent is, at any time from then on; undefined where there is none or more than one. */
  stage: () => string | undefined
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
  /** The phase under way, and when it began. */
  phase: { name: 'measure' | 'confirm'; started: number }
  /** Whether the agents of a team still run alone in each block. */
  alone: boolean
  /** What is no longer as it was when the suite began, so that nothing can be compared any more. */
  changed?: string | undefined
  /** Duration of the longest valid warm-up trial, ms. */
  longest?: number
  warnings: Warning[]
  /** An agent has read the name of its arm. */
  readsName?: true
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
  const { signal, alone: isAlone } = session
  const members = isAlone ? membersOf(arm.agent) : []
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
  const { plan, limits, signal, loader, requests, longest } = session
  const limit = trialLimit(limits.trialTimeout, longest, plan.timeBudget)
  const made: MadeRequest[] = []
  if (!signal.aborted) await loader.look(arm.planned.name)
  let stage: BegunTrial['stage'] = () => undefined
  await session.onBegin?.({
    arm: arm.planned.name,
    phase: block.phase,
    block: block.number,
    limit: Math.min(limit.total, limit.idle),
    stage: () => stage(),
  })
  const trial = await runTrial({
    ...(session.watch !== undefined && { watch: session.watch }),
    plan,
    arm,
    limits,
    limit,
    signal,
    block,
    position,
    placeOf: placeOf(arm, loader.facts),
    loads: loader.loads,
    onOpen: (recording) => void (stage = recording.openStage),
    ...(requests?.isOpen && { onRequest: (request) => void made.push(request) }),
    onName: () => void (session.readsName = true),
    onOtherModel: ({ host, model }, served) => {
      const { name } = arm.planned
      if (session.warnings.some(({ code, arm: of }) => code === 'other_model' && of === name)) return
      const message = runWarnings.otherModel(name, model, served.slice(0, 200), host)
      session.warnings.push({ code: 'other_model', arm: name, message })
    },
  })
  requests?.add(trial, made)
  if (trial.phase === 'warmup' && trial.valid)
    session.longest = Math.max(session.longest ?? 0, trial.duration)
  const kept = keptTrial(trial)
  session.trials.push(kept)
  await session.onTrial(trial, kept)
  if (mayBeOutage(kept) && !signal.aborted) await recover(session, arm)
  return kept
}

/** Waits for a server that has gone away, within what is left of the time budget. */
async function recover(session: Session, { planned }: RunArm): Promise<void> {
  const { plan, loader, started, onNotice, patience = OUTAGE_MS } = session
  const left = started + (plan.timeBudget ?? Infinity) - performance.now()
  const limit = Math.max(0, Math.min(patience, left))
  const onAway = (host: string): Promise<void> => onNotice(runWarnings.serverAway(host, Math.round(limit)))
  if (await loader.recover(planned.name, limit, onAway)) session.changed ??= await loader.findChange()
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
