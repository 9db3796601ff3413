import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startScriptedOllama, type CallPlan } from '../../test/scripted-ollama/index.ts'
import { planFor } from '../../test/support/trials.ts'
import { hot, runOn } from '../../test/support/run-suite.ts'
import { armsOf } from '../judge/plan.ts'
import type { Agent } from './agent.ts'
import { askServers, serverOf } from './facts.ts'
import { startTrialClock, trialLimit } from './limit.ts'
import { openLoader } from './loader.ts'

const QUICK: CallPlan = { ttft: 2, per_token: 0.1, tokens: 20 }
const never = (): Promise<never> => new Promise(() => {})

test('the limit is what was asked for, else ten warm-up trials, at least a minute, at most the time budget', () => {
  expect(trialLimit(500, undefined, undefined)).toEqual({ total: 500, idle: Infinity })
  expect(trialLimit(undefined, undefined, undefined)).toEqual({ total: Infinity, idle: 60_000 })
  expect(trialLimit(undefined, undefined, 90_000)).toEqual({ total: 90_000, idle: 60_000 })
  expect(trialLimit(undefined, 100, undefined)).toEqual({ total: 60_000, idle: Infinity })
  expect(trialLimit(undefined, 20_000, undefined)).toEqual({ total: 200_000, idle: Infinity })
  expect(trialLimit(undefined, 20_000, 5_000)).toEqual({ total: 60_000, idle: Infinity })
})

describe('the clock of a trial', () => {
  const run = new AbortController().signal
  afterEach(() => vi.useRealTimers())
  function fake(): void {
    vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] })
  }

  test('ends work that never settles at the limit, and aborts its signal with the reason', async () => {
    fake()
    const clock = startTrialClock({ total: 1000, idle: Infinity }, run)
    clock.watch(() => 0)
    const work = clock.within(never(), 'check "slow"').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(999)
    expect(clock.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(2)
    expect(await work).toBe(clock.missed())
    expect(clock.signal.reason).toBe(clock.missed())
    expect(clock.missed()!.message).toMatch(/limit of 1000 ms while its check "slow".*`trialTimeout`/)
  })

  test('of a warm-up counts only the time without an open call', async () => {
    fake()
    let ended: number | undefined
    const clock = startTrialClock({ total: Infinity, idle: 1000 }, run)
    clock.watch(() => ended ?? performance.now())
    await vi.advanceTimersByTimeAsync(50_000)
    expect(clock.missed()).toBeUndefined()
    ended = performance.now()
    await vi.advanceTimersByTimeAsync(2001)
    expect(clock.missed()!.message).toMatch(/1000 ms without a model call/)
  })

  test('stopped, it takes no timer and no listener', () => {
    fake()
    const clock = startTrialClock({ total: 1000, idle: Infinity }, run)
    clock.watch(() => 0)
    clock.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an agent that never settles', () => {
  test('costs its trial, whose open call ends as timeout at the server too; what it starts later never leaves', async () => {
    await using server = await startScriptedOllama({ call: QUICK })
    let trials = 0
    let wakeUp: (() => void) | undefined
    const agent: Agent = async ({ generate, as }) => {
      const number = ++trials
      await generate({ prompt: 'Say something.' })
      if (number === 5) {
        await new Promise<void>((resolve) => (wakeUp = resolve))
        await Promise.allSettled([
          generate({ prompt: 'late' }),
          as('one', (own) => own.generate({ prompt: 'late' })),
        ])
      }
      wakeUp?.()
    }
    const run = await runOn(server.url, { agent, trialTimeout: 3000 })
    const broken = run.trials.filter(({ valid }) => !valid)
    expect(broken).toMatchObject([{ invalid_reason: 'timeout', calls: [{ valid: true }] }])
    expect(run.ending).toMatchObject({ stopped: 'budget', requeued: 1 })
    expect(server.requests.filter(({ body }) => String(body['prompt']).includes('late'))).toEqual([])
  })

  test('takes its open call with it', async () => {
    await using server = await startScriptedOllama({
      call: QUICK,
      rules: [{ when: { calls: 4 }, fault: { kind: 'stall', after: 3 } }],
    })
    const run = await runOn(server.url, { trialTimeout: 2000 })
    const [broken] = run.trials.filter(({ valid }) => !valid)
    expect(broken).toMatchObject({ invalid_reason: 'timeout', calls: [{ valid: false, reason: 'timeout' }] })
    expect(broken!.calls[0]!.message).toBe(broken!.message)
    expect(server.log.some(({ event }) => event === 'disconnect')).toBe(true)
  })

  test('in every trial ends the suite after two of an arm, with the cure; a spent time budget after the warm-up', async () => {
    await using server = await startScriptedOllama({ call: QUICK })
    const own = { agent: never, trialTimeout: 50 }
    const run = await runOn(server.url, own)
    expect(run.ending).toMatchObject({
      stopped: 'unusable',
      message: expect.stringMatching(/`trialTimeout`/),
    })
    expect(run.trials).toHaveLength(4)
    const spent = await runOn(server.url, { ...own, timeBudget: 60, timeout: 100, bound: { ms: 100 } })
    expect(spent.trials).toHaveLength(2)
    expect(spent.ending.warnings.map(({ code }) => code)).toEqual(['time_budget'])
  })

  test('a check that never settles is its trial: named, and later checks are not run', async () => {
    await using server = await startScriptedOllama({ call: QUICK })
    let checks = 0
    const stuck = (): Promise<void> => (++checks === 5 ? never() : Promise.resolve())
    const run = await runOn(server.url, {
      checks: [function first() {}, stuck, function last() {}],
      trialTimeout: 2000,
    })
    const broken = run.trials.filter(({ valid }) => !valid)
    expect(broken).toMatchObject([{ invalid_reason: 'timeout', checks: [{ name: 'first', ok: true }] }])
    expect(broken[0]!.message).toMatch(/check "stuck"/)
  })
})

describe('a server that takes requests and never answers', () => {
  afterEach(() => vi.restoreAllMocks())

  /** The limits of questions as they are asked for, which pass sooner. */
  function shorten(to: (ms: number) => number): number[] {
    const asked: number[] = []
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      asked.push(ms)
      return timeout(to(ms))
    })
    return asked
  }

  async function silentServer(): Promise<AsyncDisposable & { url: string; requests: () => string[] }> {
    const seen: string[] = []
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => seen.push(data.toString().split(' ')[1] ?? ''))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      requests: () => seen,
      [Symbol.asyncDispose]: async () => void server.close(),
    }
  }

  test('is asked twice for its version and for nothing else: no preload, no trial', async () => {
    await using server = await silentServer()
    shorten(() => 100)
    const { trials, ending } = await runOn(server.url)
    expect(trials).toEqual([])
    expect(ending).toMatchObject({ stopped: 'unusable', message: expect.stringMatching(/did not answer/) })
    expect(server.requests()).toEqual(['/api/version', '/api/version'])
  })

  test('the questions have limits of their own', async () => {
    await using server = await silentServer()
    const limits = shorten(() => 100)
    const config = { name: 'one', host: server.url, model: 'tiny', options: {} }
    const servers = await askServers([config, { ...config }])
    expect(serverOf(servers, config)).toMatchObject({ ok: false, reason: 'timeout' })
    expect(limits).toEqual([5_000, 20_000])
  })

  test('to a load ends the suite before a trial', async () => {
    await using server = await startScriptedOllama({ models: [{ name: 'tiny', cold_load: 3_000 }] })
    shorten((ms) => (ms > 60_000 ? 100 : ms))
    const { baseline } = planFor({
      baseline: { name: 'baseline', model: 'tiny', host: server.url },
      candidate: { ...hot, host: server.url },
    })
    const loader = await openLoader([baseline], new AbortController().signal)
    await loader.release()
    expect(loader.silent).toMatch(/did not answer \/api\/generate in time/)
  })
})

test('a server that refuses connections is not asked to load anything', async () => {
  const plan = planFor({
    baseline: { name: 'baseline', model: 'tiny', host: 'http://127.0.0.1:9' },
    candidate: { ...hot, host: 'http://127.0.0.1:9' },
  })
  const loader = await openLoader(armsOf(plan), new AbortController().signal)
  expect(loader.silent).toBeUndefined()
  expect(loader.switching).toBe(false)
})
