/** Arms that fail now and then, run by the real engine against the scripted server: twenty runs of each kind. */
import { expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan } from '../../test/scripted-ollama/index.ts'
import { runOn } from '../../test/support/run-suite.ts'
import { gateSuite } from '../judge/gate.ts'
import { judge } from '../judge/results.ts'
import { validCounts } from '../judge/validity.ts'
import type { Agent } from './agent.ts'
import type { Comparison, Trial } from '../schema/generated.ts'
import { createRandom } from '../stats/index.ts'

const RUNS = 20
const QUICK: CallPlan = { ttft: 1, per_token: 0.05, tokens: 20 }

interface Outcome {
  rate: Comparison
  gate: string
  failures: number
  /** Failed trials of the candidate. */
  failed: number
  trials: readonly Trial[]
}

/** A run whose arms fail that share of their calls; the failures are drawn from the seed. */
async function run(baseline: number, candidate: number, seed: number): Promise<Outcome> {
  const random = createRandom(seed)
  await using server = await startScriptedOllama({
    call: QUICK,
    plan: ({ options }) =>
      random() < ('temperature' in options ? candidate : baseline)
        ? { fault: { kind: 'status', status: 500 } }
        : {},
  })
  const { plan, trials, ending } = await runOn(server.url, { blocks: { min: 6, max: 20 } })
  const results = judge(plan, trials)
  const { status, failures } = gateSuite({ plan, trials, ending, results }, new Set(['regressed']))
  const rate = results.candidates[0]!.assessment.comparisons.find(({ metric }) => metric === 'valid_rate')!
  const counts = validCounts(trials)!
  expect(rate.candidate_value).toBe(counts.candidateValid / counts.candidateTrials)
  const failed = counts.candidateTrials - counts.candidateValid
  return { rate, gate: status, failures: failures.length, failed, trials }
}

function all(baseline: number, candidate: number): Promise<Outcome[]> {
  return Promise.all(Array.from({ length: RUNS }, (_, i) => run(baseline, candidate, 100 + i)))
}

test('a candidate that fails 30 % of its trials is found, and never called unchanged once it failed', async () => {
  const runs = await all(0, 0.3)
  const found = runs.filter(({ rate }) => rate.verdict === 'regressed')
  expect(found.length).toBeGreaterThanOrEqual(16)
  for (const { gate, failures, rate } of found) {
    expect({ gate, failures }).toEqual({ gate: 'regressed', failures: 1 })
    expect(rate.interval![1]).toBeLessThan(0)
  }
  for (const { rate, failed } of runs) expect(rate.verdict === 'unchanged' && failed > 0).toBe(false)
  for (const { gate, rate } of runs) if (rate.verdict === 'inconclusive') expect(gate).toBe('inconclusive')
})

test('two arms that fail 2 % of their trials are never told apart', async () => {
  const runs = await all(0.02, 0.02)
  expect(runs.filter(({ rate }) => rate.verdict === 'regressed' || rate.verdict === 'improved')).toEqual([])
  expect(runs.filter(({ gate }) => gate === 'regressed')).toEqual([])
  expect(runs.some(({ trials }) => trials.some(({ valid }) => !valid))).toBe(true)
})

const ask: Agent = async ({ generate }) => (await generate({ prompt: 'x' })).response

/** By the reason of its trials: what breaks every second trial of the candidate. */
const BREAKS: Record<
  string,
  (odd: () => boolean) => { plan?: CallPlan; agent?: Agent; check?: () => string | void }
> = {
  agent_error: (odd) => ({
    agent: async (context) => {
      const output = await ask(context)
      if (context.arm.name === 'candidate' && odd()) throw new Error('of its own')
      return output
    },
  }),
  check_failed: (odd) => ({ check: () => (odd() ? 'not good' : undefined) }),
  http_error: () => ({ plan: { fault: { kind: 'status', status: 500 } } }),
  timeout: () => ({ plan: { fault: { kind: 'stall', after: 3 } } }),
  truncated_stream: () => ({ plan: { fault: { kind: 'reset', after: 3 } } }),
  no_calls: (odd) => ({
    agent: async (context) => (context.arm.name === 'candidate' && odd() ? 'nothing' : ask(context)),
  }),
}

test.each(Object.entries(BREAKS))(
  'a candidate that breaks in every second trial is found, however it breaks: %s',
  async (reason, breaks) => {
    let turn = 0
    const odd = (): boolean => turn++ % 2 === 1
    const { plan: broken, agent = ask, check } = breaks(odd)
    await using server = await startScriptedOllama({
      call: QUICK,
      plan: ({ options }) => (broken !== undefined && 'temperature' in options && odd() ? broken : {}),
    })
    const { plan, trials, ending } = await runOn(server.url, {
      agent,
      blocks: { min: 6, max: 20 },
      timeout: 400,
      ...(check !== undefined && { checks: [({ arm }) => (arm === 'candidate' ? check() : undefined)] }),
    })
    const reasons = trials.flatMap(({ arm, invalid_reason: why }) =>
      why === undefined ? [] : `${arm}: ${why}`,
    )
    expect(new Set(reasons)).toEqual(new Set([`candidate: ${reason}`]))
    const { status, failures } = gateSuite(
      { plan, trials, ending, results: judge(plan, trials) },
      new Set(['regressed']),
    )
    expect(status).toBe('regressed')
    expect(failures.map(({ metric }) => metric)).toEqual(['valid_rate'])
    // At no look on the way was the drop denied.
    const first = trials.findIndex(({ valid, phase }) => !valid && phase === 'measure')
    for (let n = first + 1; n <= trials.length; n++) {
      const { assessment } = judge(plan, trials.slice(0, n)).candidates[0]!
      const rate = assessment.comparisons.find(({ metric }) => metric === 'valid_rate')
      expect(['regressed', 'inconclusive', undefined]).toContain(rate?.verdict)
    }
  },
)

test('a candidate that is slower and then breaks on the fresh blocks is told for both', async () => {
  let seen = 0
  await using server = await startScriptedOllama({
    call: QUICK,
    rules: [{ when: { options: { temperature: 0.5 } }, ...QUICK, per_token: 0.2 }],
    // Of the candidate 1 warm-up and 6 blocks are well, then every second call breaks.
    plan: ({ options }) =>
      'temperature' in options && seen++ > 7 && seen % 2 === 0
        ? { fault: { kind: 'status', status: 500 } }
        : {},
  })
  const { plan, trials, ending } = await runOn(server.url, { blocks: { min: 6, max: 20 } })
  const { failures } = gateSuite(
    { plan, trials, ending, results: judge(plan, trials) },
    new Set(['regressed']),
  )
  expect(trials.some(({ phase, valid }) => phase === 'confirm' && !valid)).toBe(true)
  expect(failures.map(({ metric }) => metric)).toContain('reported_throughput')
  const rate = judge(plan, trials).candidates[0]!.assessment.comparisons.find(
    ({ metric }) => metric === 'valid_rate',
  )!
  expect(['regressed', 'inconclusive']).toContain(rate.verdict)
  expect(rate.candidate_value).toBeLessThan(1)
})
