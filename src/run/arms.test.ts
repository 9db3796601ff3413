import { expect, test } from 'vitest'
import { startScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { planFor } from '../../test/support/trials.ts'
import type { Trial } from '../schema/generated.ts'
import type { RunArm } from './arms.ts'
import { runSuite } from './suite.ts'

test('an arm runs its own code, checked by its own checks', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 1, per_token: 0.1, tokens: 20 } })
  const { url: host } = server
  const plan = planFor({
    baseline: { name: 'baseline', model: 'tiny', host },
    candidate: { name: 'candidate', model: 'tiny', host },
    blocks: { min: 1, max: 1 },
  })
  const arms = [plan.baseline, plan.candidates[0].arm].map((planned): RunArm => ({
    planned,
    arm: { name: planned.name, model: planned.model, options: planned.options },
    agent: async ({ generate }) => (await generate({ prompt: `Code of ${planned.name}.` })) && planned.name,
    checks: [Object.assign(() => undefined, { checkName: `check of ${planned.name}` })],
  }))
  const trials: Trial[] = []
  const quiet = async () => {}
  const { signal } = new AbortController()
  await runSuite({
    plan,
    arms,
    limits: {},
    signal,
    onFacts: quiet,
    onNotice: quiet,
    onForecast: quiet,
    onTrial: async (trial) => void trials.push(trial),
  })
  expect(trials).toHaveLength(4)
  for (const { arm, output, checks } of trials)
    expect({ output, checks }).toEqual({ output: arm, checks: [{ name: `check of ${arm}`, ok: true }] })
})
