import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startScriptedOllama, type CallPlan, type Script } from '../../test/scripted-ollama/index.ts'
import { runOn } from '../../test/support/run-suite.ts'
import * as servers from '../server/index.ts'
import { awaitServer } from './outage.ts'

afterEach(() => vi.useRealTimers())

const QUICK: CallPlan = { ttft: 2, per_token: 0.1, tokens: 20 }

/** A server that ends during the ninth trial's call and is back after `away` ms, as `second`. */
async function restarted(away: number, second: Script = {}, patience?: number) {
  const first = await startScriptedOllama({ call: QUICK, rules: [{ when: { calls: 8 }, ttft: 200 }] })
  const port = Number(new URL(first.url).port)
  let next: ReturnType<typeof startScriptedOllama> | undefined
  let calls = 0
  const run = await runOn(first.url, {
    ...(patience !== undefined && { patience }),
    agent: async ({ generate }) => {
      if (++calls === 9)
        next = sleep(20)
          .then(() => first.close())
          .then(() => sleep(away))
          .then(() => startScriptedOllama({ call: QUICK, ...second }, port))
      await generate({ prompt: 'Say something.' })
    },
  })
  const server = await next!
  await server.close()
  return { ...run, requests: server.requests }
}

describe('a server that restarts in mid-run', () => {
  test('is waited for; its model is loaded again, each arm is warmed up again, and the block runs again', async () => {
    const { trials, ending, notices, requests } = await restarted(1500)
    expect(ending.stopped).toMatch(/decided|budget/)
    expect(ending.requeued).toBe(1)
    expect(ending.warnings.map(({ code }) => code)).toEqual(['server_restarted'])
    expect(notices).toEqual([expect.stringMatching(/does not answer\. Waiting up to 30000 ms/)])
    const broken = trials.filter(({ valid }) => !valid)
    expect(broken).toHaveLength(1)
    const after = trials.slice(trials.indexOf(broken[0]!) + 1)
    const warmUps = after.filter(({ phase }) => phase === 'warmup')
    expect(new Set(warmUps.map(({ arm }) => arm))).toEqual(new Set(['baseline', 'candidate']))
    expect(after[0]!.phase).toBe('warmup')
    expect(after.some(({ attempt, block }) => attempt === 2 && block === broken[0]!.block)).toBe(true)
    expect(after.filter(({ phase, calls }) => phase === 'measure' && calls.some(({ cold }) => cold))).toEqual(
      [],
    )
    const calls = requests.filter(({ path }) => path === '/api/generate')
    expect(calls[0]!.body['prompt']).toBeUndefined()
  })

  test('as another version, or with another digest, is not compared with what it was', async () => {
    const newer = await restarted(100, { version: '0.25.0' })
    expect(newer.ending).toMatchObject({
      stopped: 'unusable',
      message: expect.stringMatching(/0\.24\.0 to 0\.25\.0/),
    })
    const pulled = await restarted(100, { models: [{ name: 'tiny', digest: 'b'.repeat(64) }] })
    expect(pulled.ending).toMatchObject({
      stopped: 'unusable',
      message: expect.stringMatching(/digest of tiny/),
    })
  })

  test('and comes too late costs three trials, and is waited for once', async () => {
    const { trials, ending, notices } = await restarted(2500, {}, 300)
    expect(notices).toHaveLength(1)
    expect(ending).toMatchObject({
      stopped: 'unusable',
      message: expect.stringMatching(/No model server answers/),
    })
    expect(trials.filter(({ valid }) => !valid).length).toBeLessThanOrEqual(6)
  })
})

test('an embedded engine that ends is not waited for, and the suite says so', async () => {
  const server = await startScriptedOllama({
    call: QUICK,
    embedded: { engine: 'node-llama-cpp 3', model: 'tiny' },
  })
  const run = await runOn(server.url, {
    onTrial: async (_, count) => void (count === 8 && (await server.close())),
  })
  expect(run.notices).toEqual([])
  expect(run.ending).toMatchObject({
    stopped: 'unusable',
    message: expect.stringMatching(/^The embedded engine at .* ended during the run/),
  })
})

test('a model that is replaced without a restart is seen at the next look', async () => {
  const models = [{ name: 'tiny', digest: 'a'.repeat(64) }]
  await using server = await startScriptedOllama({ call: QUICK, models })
  const { modelFacts: real } = servers
  const facts = vi.spyOn(servers, 'modelFacts')
  const run = await runOn(server.url, {
    onTrial: (_, count) =>
      void (
        count === 10 &&
        facts.mockImplementation(async (...asked) => {
          const answer = await real(...asked)
          return answer.ok ? { ok: true, value: { ...answer.value, digest: 'b'.repeat(64) } } : answer
        })
      ),
  }).finally(() => facts.mockRestore())
  expect(run.ending).toMatchObject({ stopped: 'unusable', message: expect.stringMatching(/digest of tiny/) })
  expect(run.trials).toHaveLength(2 + 12)
})

test('the pauses grow to two seconds, and the wait has an end', async () => {
  using facts = vi.spyOn(servers, 'serverFacts')
  facts.mockResolvedValue({ ok: false, reason: 'unreachable', message: '' })
  const asked = facts.mock.calls
  const nowhere = { name: 'one', host: 'http://nowhere', model: 'tiny', options: {} }
  const began = performance.now()
  expect(await awaitServer(nowhere, 1000, new AbortController().signal)).toBe(false)
  expect(performance.now() - began).toBeGreaterThan(990)
  // At 0, 100, 300, 700 ms, and once or twice as the second is over.
  expect(asked.length).toBeLessThanOrEqual(6)
  expect(await awaitServer(nowhere, 60_000, AbortSignal.abort())).toBe(false)
})

test('a reply under another name than the arm asked for is a warning, once an arm, that names both', async () => {
  const model = 'tiny'
  await using server = await startScriptedOllama({ call: QUICK, models: [{ name: model }] })
  const named = await runOn(server.url, { blocks: { min: 1, max: 1 } })
  expect(named.ending.warnings).toEqual([])
  await using other = await startScriptedOllama({
    call: { ...QUICK, model: 'gemma3:1b' },
    models: [{ name: model }],
  })
  const { ending, trials } = await runOn(other.url, { blocks: { min: 1, max: 1 } })
  expect(ending.warnings).toMatchObject([
    {
      code: 'other_model',
      arm: 'candidate',
      message: expect.stringMatching(/for tiny as model "gemma3:1b"/),
    },
    { code: 'other_model', arm: 'baseline' },
  ])
  expect(trials[0]!.calls[0]).toMatchObject({ response_model: 'gemma3:1b' })
  expect(trials[0]!.calls[0]).not.toHaveProperty('model')
})
