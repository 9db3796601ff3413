import { expect, test } from 'vitest'
import { startScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { planFor } from '../../test/support/trials.ts'
import type { Arm } from '../call/index.ts'
import type { Trial } from '../schema/generated.ts'
import { resolveHost } from '../server/index.ts'
import { armsToRun, type RunArm } from './arms.ts'
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

test('the credentials in an address go with every request to its server, and to no other', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  const headersFor = (arm: Partial<Arm>, run = 'http://run:secret@h'): Record<string, unknown> => {
    const plan = planFor({ baseline: { name: 'baseline', model: 'tiny' } })
    const source = { name: 'baseline', model: 'tiny', ...arm }
    const [made] = armsToRun(plan, [{ arm: source, agent: async () => {} }], resolveHost(run))
    const { headers, agents = {} } = made?.arm ?? {}
    return {
      headers,
      ...Object.fromEntries(Object.entries(agents).map(([name, own]) => [name, own.headers])),
    }
  }
  expect(headersFor({})).toEqual({ headers: { authorization: basic('run:secret') } })
  expect(headersFor({}, 'http://h')).toEqual({ headers: undefined })
  expect(headersFor({ headers: { 'X-Team': 'a' } }).headers).toEqual({
    authorization: basic('run:secret'),
    'x-team': 'a',
  })
  // What the arm sets itself stays.
  expect(headersFor({ headers: { Authorization: 'Bearer own' } }).headers).toEqual({
    authorization: 'Bearer own',
  })
  expect(headersFor({ host: 'http://other' })).toEqual({ headers: undefined })
  const agents = {
    same: { model: 'b' },
    elsewhere: { host: 'http://x' },
    known: { host: 'http://me:word@x' },
  }
  expect(headersFor({ agents })).toEqual({
    headers: { authorization: basic('run:secret') },
    same: { authorization: basic('run:secret') },
    elsewhere: undefined,
    known: { authorization: basic('me:word') },
  })
})
