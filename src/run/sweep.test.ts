/** Many candidates, run by the engine against the scripted server. */
import { describe, expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan, type Script } from '../../test/scripted-ollama/index.ts'
import { sweepOn, type SuiteOutcome } from '../../test/support/run-suite.ts'
import { isCold } from '../judge/blocks.ts'
import { isConcurrencyOpen } from '../judge/concurrency.ts'
import { pairOf } from '../judge/pair.ts'
import { team } from './agent.ts'

const QUICK: CallPlan = { ttft: 1, per_token: 0.1, tokens: 20 }
const GRID = { grid: { top_k: [1, 2, 3, 4] }, blocks: { min: 6, max: 8 } }
async function sweep(
  script: Script,
  own: Parameters<typeof sweepOn>[1] = GRID,
): Promise<SuiteOutcome & { loads: number }> {
  await using server = await startScriptedOllama({ call: QUICK, ...script })
  const outcome = await sweepOn(server.url, own)
  const loads = server.requests.filter(
    ({ path, body }) => path === '/api/generate' && body['prompt'] === undefined && body['keep_alive'] !== 0,
  )
  return { ...outcome, loads: loads.length }
}

/** The arms of a block's measured trials, as they ran. */
const orderOf = ({ trials }: SuiteOutcome, block: number, attempt = 1): string[] =>
  trials
    .filter((one) => one.phase === 'measure' && one.block === block && one.attempt === attempt)
    .map(({ arm }) => arm)
const measured = ({ trials }: SuiteOutcome, arm: string): number =>
  trials.filter((one) => one.phase === 'measure' && one.arm === arm).length
/** Breaks some trials of one arm: `isBroken` is told how many calls of it there were before. */
const breaking = (topK: number, isBroken: (call: number) => boolean): Script => {
  let calls = 0
  return {
    plan: ({ options }) =>
      options['top_k'] === topK && isBroken(calls++) ? { fault: { kind: 'status', status: 500 } } : {},
  }
}

describe('blocks of many arms', () => {
  test('one warm-up for arms that share a runner; every arm once a block, two blocks there and back', async () => {
    const run = await sweep({})
    expect(run.loads).toBe(1)
    expect(run.trials.filter(({ phase }) => phase === 'warmup')).toHaveLength(1)
    for (const block of [1, 3, 5]) {
      expect(orderOf(run, block).toSorted()).toEqual(['baseline', 'top_k=1', 'top_k=2', 'top_k=3', 'top_k=4'])
      expect(orderOf(run, block + 1)).toEqual(orderOf(run, block).toReversed())
    }
    const seeds = Map.groupBy(
      run.trials.filter(({ phase }) => phase === 'measure'),
      ({ block }) => block,
    )
    for (const own of seeds.values()) expect(new Set(own.map(({ seed }) => seed)).size).toBe(1)
  })

  test('groups with runners of their own are switched, each with a warm-up that is discarded', async () => {
    const run = await sweep(
      { models: [{ name: 'tiny', cold_load: 20 }], rules: [{ when: { calls: [0, 1] }, ttft: 500 }] },
      {
        grid: { num_ctx: [1024], top_k: [1, 2] },
        candidates: [{ name: 'like', model: 'tiny' }],
        blocks: { min: 2, max: 2 },
      },
    )
    expect(run.trials.filter(({ phase }) => phase === 'measure').some(isCold)).toBe(false)
    for (const block of [1, 2]) {
      const groups = orderOf(run, block).map((arm) => arm.startsWith('num_ctx'))
      expect(groups.filter((one, i) => i > 0 && one !== groups[i - 1])).toHaveLength(1)
    }
    expect(run.facts['like']?.effective.num_ctx).toBe(4096)
    expect(run.facts['num_ctx=1024 top_k=2']?.effective.num_ctx).toBe(1024)
  })

  test('a part that broke runs again beside a baseline trial of its own, and only that part', async () => {
    const run = await sweep(breaking(2, (call) => call === 1))
    expect(run.ending.requeued).toBe(1)
    expect(orderOf(run, 2, 2).toSorted()).toEqual(['baseline', 'top_k=2'])
    expect(measured(run, 'top_k=1')).toBe(Math.max(...run.trials.map(({ block }) => block)))
    expect(run.trials.filter(({ attempt }) => attempt > 1)).toHaveLength(2)
  })
})

describe('what the server runs identically', () => {
  const once = (more: Parameters<typeof sweepOn>[1], script: Script = {}) =>
    sweep({ models: [{ name: 'tiny', min_ctx: 2048 }], ...script }, { blocks: { min: 2, max: 2 }, ...more })

  test('is measured once: all its points are loaded and warmed up, one of them runs in the blocks', async () => {
    const run = await once({ grid: { num_gpu: [10, 40, 99], temperature: [0.2, 0.8] } })
    expect(run.trials.filter(({ phase, block }) => phase === 'warmup' && block === 0)).toHaveLength(4)
    // An arm has several trials in a block where a busy machine makes its load take long.
    expect([...new Set(orderOf(run, 1))].toSorted()).toEqual([
      'baseline',
      'num_gpu=10 temperature=0.2',
      'num_gpu=10 temperature=0.8',
      'num_gpu=40 temperature=0.2',
      'num_gpu=40 temperature=0.8',
    ])
    expect(
      Object.entries(run.facts).flatMap(([arm, { same_as }]) => (same_as ? [[arm, same_as]] : [])),
    ).toEqual([
      ['num_gpu=99 temperature=0.2', 'num_gpu=40 temperature=0.2'],
      ['num_gpu=99 temperature=0.8', 'num_gpu=40 temperature=0.8'],
    ])
    expect(run.notices).toContainEqual(expect.stringMatching(/^2 of 6 candidates are not measured/))
  })

  test('a context that is raised for both, unless a call is longer than what was asked for', async () => {
    const grid = { num_ctx: [512, 1024] }
    const run = await once({ grid })
    expect([measured(run, 'num_ctx=512') > 0, measured(run, 'num_ctx=1024') > 0]).toEqual([true, false])
    const long = await once({ grid }, { call: { ...QUICK, tokens: 700 } })
    expect([measured(long, 'num_ctx=512') > 0, measured(long, 'num_ctx=1024') > 0]).toEqual([true, true])
  })
})

describe('who runs on', () => {
  test('halving drops the slow ones at the look that can tell them apart, and runs the others on', async () => {
    // The first two differ by less than they scatter; the others are far behind.
    const factors = [1, 1.02, 1.5, 1.7]
    let call = 0
    const scatter = () => (call++ % 5 < 2 ? 0.9 : 1.1)
    const plan: Script['plan'] = ({ options }) => {
      const factor = factors[Number(options['top_k']) - 1]
      return factor === undefined ? {} : { per_token: QUICK.per_token! * factor * scatter() }
    }
    const run = await sweep({ plan }, { ...GRID, blocks: { min: 6, max: 16 }, halving: true })
    const counts = [1, 2, 3, 4].map((topK) => measured(run, `top_k=${topK}`))
    expect(counts.slice(0, 2)).toEqual([16, 16])
    expect(Math.max(...counts.slice(2))).toBeLessThan(16)
    expect(orderOf(run, 16).toSorted()).toEqual(['baseline', 'top_k=1', 'top_k=2'])
  })

  test('a budget of trials ends it, and the warning says so', async () => {
    const run = await sweep({}, { ...GRID, halving: { budget: 16 } })
    expect(run.trials).toHaveLength(16)
    expect(run.ending).toMatchObject({ stopped: 'budget', warnings: [{ code: 'trial_budget' }] })
  })

  test('the warm-ups that switches of runners take are part of the budget', async () => {
    const grid = { num_ctx: [1024, 2048, 3072] }
    const run = await sweep(
      { models: [{ name: 'tiny', cold_load: 20 }] },
      { grid, blocks: { min: 6, max: 8 }, halving: { budget: 30 } },
    )
    expect(run.trials.length).toBeLessThanOrEqual(30)
    expect(run.trials.filter(({ phase }) => phase === 'warmup').length).toBeGreaterThan(4)
    expect(run.ending).toMatchObject({ stopped: 'budget' })
  })

  test('a candidate that never answers is given up after three trials, and the others go on', async () => {
    const run = await sweep(breaking(3, () => true))
    expect(measured(run, 'top_k=3')).toBe(3)
    expect(measured(run, 'top_k=1')).toBeGreaterThanOrEqual(6)
    expect(run.ending.stopped).not.toBe('unusable')
  })

  test('without a baseline, or without any candidate, it is unusable', async () => {
    const dead = (isDead: (options: object) => boolean): Script => ({
      plan: ({ options }) => (isDead(options) ? { fault: { kind: 'status', status: 500 } } : {}),
    })
    const noBaseline = await sweep(dead((options) => !('top_k' in options)))
    expect(noBaseline.ending).toMatchObject({ stopped: 'unusable', arm: 'baseline' })
    const noCandidate = await sweep(dead((options) => 'top_k' in options))
    expect(noCandidate.ending).toMatchObject({ stopped: 'unusable', arm: 'top_k=1' })
    expect(noCandidate.trials.filter(({ arm }) => arm === 'top_k=4')).toHaveLength(3)
  })

  test('a cancel ends it between two trials', async () => {
    const controller = new AbortController()
    const run = await sweep(
      {},
      { ...GRID, signal: controller.signal, onTrial: (_, count) => void (count === 7 && controller.abort()) },
    )
    expect(run.ending.stopped).toBe('interrupted')
    expect(run.trials.length).toBeLessThanOrEqual(8)
  })
})

describe('teams', () => {
  const pair = team({
    collector: async ({ generate }) => (await generate({ prompt: 'Collect.' })).response,
    insight: async ({ generate }) => (await generate({ prompt: 'Think.' })).response,
  })
  const teamOf = (own: Parameters<typeof sweepOn>[1]) =>
    sweep({}, { agent: pair, blocks: { min: 2, max: 2 }, ...own })

  test('each agent alone, after the trial and before it in turns', async () => {
    const run = await teamOf({ grid: { 'insight.top_k': [1, 2] } })
    const phases = (block: number) =>
      run.trials
        .filter((one) => one.block === block && one.arm === 'insight.top_k=1')
        .map(({ phase }) => phase)
    expect(phases(1)).toEqual(['measure', 'solo', 'solo'])
    expect(phases(2)).toEqual(['solo', 'solo', 'measure'])
  })

  test('no agent alone any more once each arm has its verdict, unless they are ranked by it', async () => {
    const solos = (run: SuiteOutcome, block: number) =>
      run.trials.filter((one) => one.phase === 'solo' && one.block === block).length
    const grid = { 'insight.top_k': [1] }
    const run = await teamOf({ grid, blocks: { min: 8, max: 8 } })
    const [candidate] = run.plan.candidates
    const isOpen = isConcurrencyOpen(
      pairOf(run.plan, candidate),
      run.trials.filter(({ block }) => block <= 6),
    )
    expect([6, 7].map((block) => solos(run, block))).toEqual([4, isOpen ? 4 : 0])
    const ranked = await teamOf({ grid, rankBy: 'speedup', blocks: { min: 8, max: 8 } })
    expect(solos(ranked, 7)).toBe(4)
  })

  test('agents of one arm that reload each other are told, arm by arm', async () => {
    const { ending } = await teamOf({ grid: { 'insight.num_ctx': [1024, 2048] } })
    expect(ending.warnings.filter(({ code }) => code === 'agents_reload_each_other')).toMatchObject([
      { arm: 'insight.num_ctx=1024', message: expect.stringMatching(/different runner options/) },
      { arm: 'insight.num_ctx=2048' },
    ])
    const alike = await teamOf({ grid: { 'insight.top_k': [1] } })
    expect(alike.ending.warnings).toEqual([])
  })
})
