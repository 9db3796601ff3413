/** Trials made to measure: each says exactly what it was given and nothing else. */
import { pairOf, type ArmPair } from '../../src/judge/pair.ts'
import type { Plan } from '../../src/judge/plan.ts'
import type { Environment } from '../../src/run/environment.ts'
import { makePlan } from '../../src/run/plan.ts'
import type { AgentBenchOptions } from '../../src/run/agent.ts'
import type {
  Call,
  CallBase,
  InvalidTrial,
  Phase,
  Role,
  Trial,
  TrialBase,
  ValidCall,
} from '../../src/schema/generated.ts'

/** A plan for `baseline` against `candidate` of model `tiny`, 6 to 10 blocks unless said otherwise. */
export function planFor(definition: Partial<AgentBenchOptions> = {}, env: Environment = { seed: '1' }): Plan {
  return makePlan(
    'made',
    'suites/made.bench.ts',
    {
      baseline: { name: 'baseline', model: 'tiny' },
      candidate: { name: 'candidate', model: 'tiny' },
      blocks: { min: 6, max: 10 },
      ...definition,
    },
    { host: 'http://127.0.0.1:11434', thresholds: {}, blocks: {}, env },
  )
}

/** The two arms of that plan, as they are held against each other. */
export function pairFor(definition: Partial<AgentBenchOptions> = {}): ArmPair {
  const plan = planFor(definition)
  return pairOf(plan, plan.candidates[0])
}

/**
 * A valid, warm, streamed call: 100 tokens at 1000 tok/s, TTFT 50 ms, unless said otherwise. What arrives takes as long as
 * the server says it took, so that both throughputs agree unless a test sets `chunk_times`.
 */
export function callOf(over: Partial<CallBase> = {}): CallBase & ValidCall {
  const { ttft = 50, eval_duration = 100, chunks = 100 } = over
  const last = ttft + (eval_duration * (chunks - 1)) / chunks
  return {
    index: 0,
    stage: null,
    endpoint: 'generate',
    streamed: true,
    cold: false,
    start: 1,
    ttft: 50,
    ttft_content: 50,
    e2e_latency: 149,
    duration: 150,
    chunks: 100,
    chunk_times: [ttft, last],
    done_reason: 'stop',
    options: {},
    prompt_eval_count: 100,
    prompt_eval_duration: 40,
    eval_count: 100,
    eval_duration: 100,
    load_duration: 5,
    total_duration: 150,
    ...over,
    valid: true,
  }
}

/** A broken call. */
export function brokenCall(reason: NonNullable<Call['reason']>): Call {
  const { done_reason: _, eval_count: __, eval_duration: ___, ...rest } = callOf()
  return { ...rest, valid: false, reason, message: `scripted ${reason}` }
}

interface Given {
  role: Role
  block: number
  phase?: Phase
  attempt?: number
  call?: Call
  over?: Partial<TrialBase> | (Partial<TrialBase> & InvalidTrial)
}

/** A trial of one call; it is valid as far as its call is. */
export function trialOf({
  role,
  block,
  phase = 'measure',
  attempt = 1,
  call = callOf(),
  over = {},
}: Given): Trial {
  return {
    suite: 'made',
    file: 'suites/made.bench.ts',
    block,
    position: role === 'baseline' ? 1 : 2,
    attempt,
    phase,
    arm: role,
    role,
    seed: 1,
    started_at: '2026-01-01T00:00:00.000Z',
    duration: 160,
    ...(call.valid ? { valid: true } : { valid: false, invalid_reason: call.reason, message: call.message }),
    checks: [],
    stages: [],
    calls: [call],
    ...over,
  }
}

/** `count` blocks; each arm's call is made from the block's number. */
export function blocksOf(
  count: number,
  candidate: (block: number) => Partial<CallBase>,
  baseline: (block: number) => Partial<CallBase> = () => ({}),
  phase: Phase = 'measure',
): Trial[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((block) => [
    trialOf({ role: 'baseline', block, phase, call: callOf(baseline(block)) }),
    trialOf({ role: 'candidate', block, phase, call: callOf(candidate(block)) }),
  ])
}
