import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  startScriptedOllama,
  type CallPlan,
  type Script,
  type SeenRequest,
} from '../../test/scripted-ollama/index.ts'
import { runOn } from '../../test/support/run-suite.ts'
import { isCold } from '../judge/blocks.ts'
import { type Arm } from '../call/index.ts'
import * as servers from '../server/index.ts'
import { UNLOAD_TIMEOUT_MS } from './loader.ts'

const QUICK: CallPlan = { ttft: 4, per_token: 0.2, tokens: 20 }
const baseline: Arm = { name: 'baseline', model: 'tiny' }
const BLOCKS = { min: 6, max: 6 }

const isUnload = ({ body }: SeenRequest): boolean => body['keep_alive'] === 0
const isLoad = ({ path, body }: SeenRequest): boolean =>
  path === '/api/generate' && !body['prompt'] && !isUnload({ body } as SeenRequest)

async function runAgainst(script: Script, candidate: Arm, more: Parameters<typeof runOn>[1] = {}) {
  await using server = await startScriptedOllama({ call: QUICK, ...script })
  const run = await runOn(server.url, { candidate, blocks: BLOCKS, ...more })
  return { ...run, requests: server.requests }
}

describe('arms that share a runner', () => {
  test('are loaded once before the first trial and unloaded after the last', async () => {
    const { trials, requests, ending } = await runAgainst(
      { models: [{ name: 'tiny', cold_load: 300 }] },
      { ...baseline, name: 'hot', options: { temperature: 1 } },
    )
    expect(trials.some(isCold)).toBe(false)
    expect(requests.filter(isUnload)).toHaveLength(2)
    expect(requests.findIndex(isLoad)).toBeLessThan(
      requests.findIndex(({ body }) => body['prompt'] !== undefined),
    )
    expect(requests.findLast(({ path }) => path === '/api/generate')!.body['keep_alive']).toBe(0)
    expect(ending.warnings).toEqual([])
  })

  test('that have one each on servers of their own stay there', async () => {
    await using near = await startScriptedOllama({ call: QUICK })
    await using far = await startScriptedOllama({ call: QUICK })
    const run = await runOn(near.url, {
      candidate: { ...baseline, name: 'far', host: far.url, options: { num_ctx: 1024 } },
      blocks: BLOCKS,
    })
    expect(run.ending).toMatchObject({ stopped: 'decided', warnings: [] })
    expect(run.trials.filter(({ phase }) => phase === 'warmup')).toHaveLength(2)
    const prompts = ({ requests }: typeof near) => requests.filter(({ body }) => body['prompt'] !== undefined)
    expect(prompts(near)).toHaveLength(7)
    expect(prompts(far)).toHaveLength(7)
    expect(prompts(far).every(({ body }) => (body['options'] as { num_ctx: number }).num_ctx === 1024)).toBe(
      true,
    )
    expect(run.facts['far']?.effective.num_ctx).toBe(1024)
    expect(run.facts['baseline']?.effective.num_ctx).toBe(4096)
  })

  test('servers of two versions are refused, unless they are what is compared', async () => {
    await using near = await startScriptedOllama({ call: QUICK })
    await using far = await startScriptedOllama({ call: QUICK, version: '0.25.0' })
    const candidate = { ...baseline, name: 'far', host: far.url }
    await expect(runOn(near.url, { candidate })).rejects.toThrow(
      /server version 0\.24\.0 against 0\.25\.0.*compare: 'hosts'/,
    )
    expect((await runOn(near.url, { candidate, compare: 'hosts', blocks: BLOCKS })).ending.stopped).toBe(
      'decided',
    )
  })

  test('an arm that unloads the model with every call is cold, and leaves the other one warm', async () => {
    const { trials, ending } = await runAgainst(
      // As long as some warm loads take: only what was asked for tells.
      { models: [{ name: 'tiny', cold_load: 60 }] },
      { ...baseline, name: 'leaving', keep_alive: 0 },
    )
    const wrong = trials.filter((trial) => isCold(trial) !== (trial.arm === 'leaving'))
    expect(trials.length).toBeGreaterThanOrEqual(14)
    expect(wrong).toEqual([])
    expect(ending.requeued).toBe(0)
  })

  test('calls that ask for keep_alive 0 make every trial cold, though no arm does', async () => {
    const { trials } = await runAgainst(
      { models: [{ name: 'tiny', cold_load: 60 }] },
      { ...baseline, name: 'hot', options: { temperature: 1 } },
      { agent: async ({ generate }) => (await generate({ prompt: 'Hi', keep_alive: 0 })).response },
    )
    const measured = trials.filter(({ phase }) => phase === 'measure')
    expect(measured.length).toBeGreaterThanOrEqual(12)
    expect(measured.every(isCold)).toBe(true)
  })

  test('a model whose keep_alive the arm sets is not unloaded behind its back', async () => {
    const { requests } = await runAgainst(
      {},
      { ...baseline, name: 'kept', keep_alive: '1h' },
      { baseline: { ...baseline, keep_alive: '1h' } },
    )
    const last = requests.findLastIndex(({ body }) => body['prompt'] !== undefined)
    expect(requests.slice(last).filter(isUnload)).toEqual([])
  })
})

describe('arms that would reload each other', () => {
  /** The stays of the arms: the trials between one switch and the next. */
  const staysOf = (trials: Awaited<ReturnType<typeof runAgainst>>['trials']) => {
    const stays: (typeof trials)[] = []
    for (const trial of trials) {
      if (stays.at(-1)?.at(-1)?.role === trial.role) stays.at(-1)!.push(trial)
      else stays.push([trial])
    }
    return stays
  }

  /** One warm-up a stay: one an arm, one for the arm that goes second in each block, and for the first where it was not there. */
  const expectSwitched = (trials: Parameters<typeof staysOf>[0]) => {
    expect(trials.filter(({ phase }) => phase === 'warmup')).toHaveLength(staysOf(trials).length)
    expect(staysOf(trials).length).toBeGreaterThanOrEqual(2 + BLOCKS.max)
  }

  test('a switch that is dear is paid once for three trials, after a warm-up that is discarded', async () => {
    const { trials, requests, facts, plan } = await runAgainst(
      // The warm-up's switch decides: no busy machine makes a warm-up trial take as long.
      { models: [{ name: 'tiny', cold_load: [1500, 250] }] },
      { ...baseline, name: 'small', options: { num_ctx: 1024 } },
    )
    const measured = trials.filter(({ phase }) => phase === 'measure')
    expect(measured).toHaveLength(plan.blocks.max * 2 * 3)
    expect(measured.some(isCold)).toBe(false)
    expect(facts['baseline']?.effective.num_ctx).toBe(4096)
    expect(facts['small']?.effective.num_ctx).toBe(1024)
    // ABBA: the arm that goes second in one block goes first in the next, and need not be switched.
    const first = trials.filter(
      ({ phase, block, position }) => phase === 'warmup' && block % 2 === 0 && position === 1,
    )
    expect(first.map(({ block }) => block)).toEqual([0])
    for (const stay of staysOf(trials).slice(2))
      expect(stay.map(({ phase }) => phase[0]).join('')).toMatch(/^w(mmm){1,2}$/)
    for (const [block, own] of Map.groupBy(measured, (trial) => trial.block)) {
      const seeds = own.filter(({ role }) => role === 'baseline').map(({ seed }) => seed!)
      expect(seeds, `block ${block}`).toEqual([seeds[0], seeds[0]! + 1, seeds[0]! + 2])
      expect(own.filter(({ role }) => role === 'candidate').map(({ seed }) => seed)).toEqual(seeds)
    }
    expect(requests.filter(isLoad).length).toBe(staysOf(trials).length)
  })

  test('a switch that costs nothing beside the work is made for every trial', async () => {
    // The warm-up's trials decide: no busy machine makes a switch take as long.
    const { trials } = await runAgainst(
      { rules: [{ when: { calls: [0, 1] }, ttft: 500 }] },
      { ...baseline, name: 'small', options: { num_ctx: 1024 } },
    )
    expect(trials.filter(({ phase }) => phase === 'measure')).toHaveLength(12)
  })

  test('two tags of one digest are one model', async () => {
    const models = [
      { name: 'tiny', digest: 'd' },
      { name: 'alias', digest: 'd' },
    ]
    const { trials } = await runAgainst(
      { models },
      { name: 'alias', model: 'alias', options: { num_thread: 1 } },
    )
    expectSwitched(trials)
  })

  test('two models that do not fit into memory together are switched', async () => {
    const models = [
      { name: 'tiny', cold_load: 100 },
      { name: 'other', cold_load: 100 },
    ]
    const { trials, requests } = await runAgainst(
      { models, max_loaded: 1 },
      { name: 'other', model: 'other' },
      { compare: 'models' },
    )
    expect(trials.filter(({ phase }) => phase === 'measure').some(isCold)).toBe(false)
    expectSwitched(trials)
    // Both, which shows that only one stays, the second of which the warm-up begins with; then one a switch.
    expect(requests.filter(isLoad)).toHaveLength(1 + staysOf(trials).length)
  })

  test('two models that do fit are not', async () => {
    const models = [
      { name: 'tiny', cold_load: 100 },
      { name: 'other', cold_load: 100 },
    ]
    const { trials, requests } = await runAgainst(
      { models, max_loaded: 2 },
      { name: 'other', model: 'other' },
      { compare: 'models' },
    )
    expect(trials.filter(({ phase }) => phase === 'warmup')).toHaveLength(2)
    expect(requests.filter(isLoad)).toHaveLength(2)
  })
})

describe('waits for a model to leave', () => {
  const small: Arm = { ...baseline, name: 'small', options: { num_ctx: 1024 } }
  const { unload: real } = servers
  const unload = vi.spyOn(servers, 'unload')
  beforeEach(() => void unload.mockClear())

  test('a model that does not leave is waited for in full once, and warned about once', async () => {
    /** What the waits in vain were allowed to take, ms; here they take a tenth of it. */
    const inVain: (number | undefined)[] = []
    unload.mockImplementation(async (host, model, { timeout = Infinity } = {}) => {
      const gone = await real(host, model, { timeout: timeout / 10 })
      if (!gone) inVain.push(timeout)
      return gone
    })
    onTestFinished(() => void unload.mockImplementation(real))
    const { ending, trials } = await runAgainst({ unload_lag: 1e9 }, small, { blocks: { min: 1, max: 2 } })
    expect(ending.warnings).toMatchObject([
      { code: 'unload_failed', message: expect.stringMatching(/did not unload tiny/) },
    ])
    expect(trials.filter(({ phase }) => phase === 'warmup')).toHaveLength(2 + 2)
    // Before each switch of the warm-up and of two blocks, and at the end.
    expect(inVain).toEqual([UNLOAD_TIMEOUT_MS, 500, 500, 500])
  })

  test('a server without /api/ps costs no wait at all', async () => {
    const { ending, trials, requests } = await runAgainst({ absent: ['/api/ps'] }, small)
    expect(ending).toMatchObject({ stopped: 'decided', warnings: [] })
    expect(trials.filter(({ phase }) => phase === 'measure').some(isCold)).toBe(false)
    expect(unload.mock.settledResults).toEqual(
      requests.filter(isUnload).map(() => ({ type: 'fulfilled', value: true })),
    )
    // After each it is asked once what is left, and never again and again.
    const asked = requests.flatMap((request, i) => {
      if (!isUnload(request)) return []
      const next = requests.findIndex(({ path }, j) => j > i && path === '/api/generate')
      const until = requests.slice(i, next === -1 ? undefined : next)
      return [until.filter(({ path }) => path === '/api/ps').length]
    })
    expect(asked).toEqual(asked.map(() => 1))
  })
})

test('an abort while a model loads ends the suite at once', async () => {
  const { ending, trials } = await runAgainst(
    { models: [{ name: 'tiny', cold_load: 60_000 }] },
    { ...baseline, name: 'again' },
    { signal: AbortSignal.timeout(100) },
  )
  expect(ending.stopped).toBe('interrupted')
  expect(trials).toEqual([])
})
