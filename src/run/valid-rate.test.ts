/** Arms that fail now and then, run by the real engine against the scripted server: twenty runs of each kind. */
import { expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan } from '../../test/scripted-ollama/index.ts'
import { runOn } from '../../test/support/run-suite.ts'
import { gateSuite } from '../judge/gate.ts'
import { judge } from '../judge/results.ts'
import { validCounts } from '../judge/validity.ts'
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
}, 60_000)

test('two arms that fail 2 % of their trials are never told apart', async () => {
  const runs = await all(0.02, 0.02)
  expect(runs.filter(({ rate }) => rate.verdict === 'regressed' || rate.verdict === 'improved')).toEqual([])
  expect(runs.filter(({ gate }) => gate === 'regressed')).toEqual([])
  expect(runs.some(({ trials }) => trials.some(({ valid }) => !valid))).toBe(true)
}, 60_000)
