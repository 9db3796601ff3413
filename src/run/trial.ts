import { randomInt } from 'node:crypto'
import type { Plan } from '../judge/plan.ts'
import { sameName, type MadeCall, type MadeRequest } from '../call/index.ts'
import type { Call, CheckResult, Trial } from '../schema/generated.ts'
import { defined } from '../optional.ts'
import { trialFaults } from '../schema/validate.ts'
import { watchMachine } from '../machine.ts'
import { trialErrors } from './messages.ts'
import { nameOf, runCheck, type CheckedTrial } from '../checks/index.ts'
import type { AgentBenchOptions } from './agent.ts'
import type { RunArm } from './arms.ts'
import { failedCheck, findFault, findTimeout, wasRetried, type Fault, type Ran } from './fault.ts'
import { toJson } from './json.ts'
import { startTrialClock, type TrialClock, type TrialLimit } from './limit.ts'
import type { Loads } from './loads.ts'
import { openRecording, type PlaceOf, type Recording } from './recording.ts'
import type { PlannedBlock } from './schedule.ts'

/** What bounds the trials and calls of a suite, the same for all arms. */
export type Limits = Pick<AgentBenchOptions, 'timeout' | 'trialTimeout' | 'bound' | 'nonce'>

/** What a trial needs to know of its suite. */
export interface TrialSetup {
  plan: Pick<Plan, 'suite' | 'file' | 'audit'>
  arm: RunArm
  limits: Limits
  limit: TrialLimit
  signal: AbortSignal
  block: PlannedBlock
  /** Place within the block, from 1. */
  position: number
  placeOf: PlaceOf
  loads: Loads
  /** Told of the recording as it opens. */
  onOpen?: (recording: Recording) => void
  /** Starts to read the machine's counters. */
  watch?: typeof watchMachine
  /** Told of every request as it is made; absent where nobody compares them. */
  onRequest?: (request: MadeRequest) => void
  /** Told when an agent reads the name of its arm. */
  onName?: () => void
  /** Told of a reply that names another model than was asked for. */
  onOtherModel: (call: MadeCall, served: string) => void
}

/** An agent that ignores the abort of its signal is left behind after this time. */
const ABORT_GRACE_MS = 2_000

// Kept from before any agent runs: one that fakes the clock fakes its own, and the wall clock may be set.
const now = performance.now.bind(performance)
const { timeOrigin } = performance
const WallClock = Date

/**
 * Executes the agent once under one arm. Never rejects: any failure makes the trial invalid, and so does what no record
 * can hold.
 */
export async function runTrial(setup: TrialSetup): Promise<Trial> {
  const trial = await recordTrial(setup)
  const faults = trialFaults(trial)
  if (faults.length === 0) return trial
  const { message } = trialErrors.unrecordable(faults)
  const { output: _, duration, ...rest } = trial
  return {
    ...rest,
    duration: Number.isFinite(duration) ? Math.max(0, duration) : 0,
    valid: false,
    invalid_reason: 'agent_error',
    message,
    checks: [],
    stages: [],
    calls: [],
  }
}

async function recordTrial(setup: TrialSetup): Promise<Trial> {
  const { plan, limits, block } = setup
  const { arm, planned } = setup.arm
  const seed = typeof arm.options?.seed === 'number' ? arm.options.seed : block.seed
  const nonce = limits.nonce === false ? undefined : drawNonce()
  const meanwhile = (setup.watch ?? watchMachine)()
  const origin = now()
  const startedAt = new WallClock(timeOrigin + origin).toISOString()
  const clock = startTrialClock(setup.limit, setup.signal)
  const recording = openRecording(
    {
      arm,
      seed,
      nonce,
      timeout: limits.timeout ?? 300_000,
      bound: { ms: 600_000, ...limits.bound },
      signal: clock.signal,
      origin,
      ...(plan.audit !== undefined && planned.role === 'candidate' && { slowdown: plan.audit }),
      ...(setup.onRequest !== undefined && { onRequest: setup.onRequest }),
    },
    setup.placeOf,
    setup.onName,
  )
  clock.watch(recording.idleSince)
  setup.onOpen?.(recording)
  const ran = await runAgent(setup, clock, recording)
  const duration = now() - origin
  const machine = meanwhile()
  const { made, stages } = await recording.finish()
  for (const call of made)
    if (call.served !== undefined && !sameName(call.served, call.model)) setup.onOtherModel(call, call.served)
  const calls = setup.loads
    .mark(made, origin)
    .map((call, i) => ({ ...call, ...modelsOf(planned, call, made[i]) }))
  const output = ran.ok ? (toJson(ran.output) ?? undefined) : undefined
  const counted = calls.filter((_, i) => made[i] === undefined || !wasRetried(made[i], made))
  const fault = changedClock() ?? findFault(setup.signal, clock, ran, counted, origin)
  // A broken trial's output is not judged: its checks would fail for the fault's sake.
  const checks =
    fault === undefined ? await runChecks(setup, clock, { output, arm: planned.name, calls, stages }) : []
  clock.stop()
  const failed = fault ?? findTimeout(clock) ?? failedCheck(checks)
  return {
    suite: plan.suite,
    file: plan.file,
    block: block.number,
    position: setup.position,
    attempt: block.attempt,
    phase: block.phase,
    arm: planned.name,
    role: planned.role,
    ...defined({ config: planned.config }),
    seed,
    ...(nonce !== undefined && { nonce }),
    started_at: startedAt,
    duration: Math.round(duration * 1000) / 1000,
    ...(machine !== undefined && { machine }),
    ...(failed === undefined
      ? { valid: true }
      : { valid: false, invalid_reason: failed.reason, message: failed.message }),
    ...(output !== undefined && { output }),
    checks,
    stages,
    calls,
  }
}

/** Characters of a model's name that are kept: a reply may hold anything. */
const LONGEST_NAME = 200

/** What the arm does not say of the models of a call. */
function modelsOf(
  planned: RunArm['planned'],
  { agent }: Call,
  made: MadeCall | undefined,
): Pick<Call, 'model' | 'response_model'> {
  const own = planned.agents?.find(({ name }) => name === agent)?.model ?? planned.model
  const isOther = made !== undefined && !sameName(made.model, own)
  return defined({
    model: isOther ? made.model : undefined,
    response_model: made?.served?.slice(0, LONGEST_NAME),
  })
}

/** Not seeded: a repeated run must not meet the prompts of the one before in the server's cache. */
function drawNonce(): string {
  // Digits only, and always as many: tokenizers split them alike, so no trial has the longer prompt.
  return `[${String(randomInt(10 ** 6)).padStart(6, '0')} ${String(randomInt(10 ** 6)).padStart(6, '0')}]`
}

async function runAgent(
  { arm: { agent }, signal }: TrialSetup,
  clock: TrialClock,
  { context, inside }: Recording,
): Promise<Ran> {
  const aborted = rejectAfterAbort(signal)
  try {
    const working = inside(async () => agent(context))
    return { ok: true, output: await clock.within(Promise.race([working, aborted.promise]), 'agent') }
  } catch (error) {
    return { ok: false, error, at: now() }
  } finally {
    aborted.dispose()
  }
}

function rejectAfterAbort(signal: AbortSignal): { promise: Promise<never>; dispose: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => reject(trialErrors.agentIgnoredAbort(ABORT_GRACE_MS)), ABORT_GRACE_MS)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  promise.catch(() => {})
  return {
    promise,
    dispose: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}

/** The results of the checks that were over within the trial's limit. */
async function runChecks(
  { arm: { checks } }: TrialSetup,
  clock: TrialClock,
  trial: CheckedTrial,
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    // A copy each: what one of them changes is its own.
    const result = runCheck(check, structuredClone(trial))
    try {
      results.push(await clock.within(result, `check ${JSON.stringify(nameOf(check))}`))
    } catch {
      break
    }
  }
  return results
}

/** Calls are timed by the clock that an agent sees. */
function changedClock(): Fault | undefined {
  if (Math.abs(performance.now() - now()) < 1000) return undefined
  return { reason: 'agent_error', message: trialErrors.changedClock().message }
}
