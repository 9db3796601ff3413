import { describe, expect, test } from 'vitest'
import type { SweepReport } from '../../src/schema/generated.ts'
import { startScriptedOllama, type Script } from '../scripted-ollama/index.ts'
import { createFixture, type BenchRun } from './fixture.ts'

const QUICK = { ttft: 10, per_token: 0.5, tokens: 24 }
/** A server that clamps num_ctx to 2048, and decodes slower the higher the temperature. */
const SERVER: Script = {
  models: [{ name: 'tiny:latest', min_ctx: 2048 }],
  call: QUICK,
  rules: [
    // The warm-up decides how many trials a switch is worth: one, however long a busy machine takes to switch.
    { when: { calls: 0 }, ttft: 500 },
    { when: { options: { temperature: 0.6 } }, per_token: 0.4 },
    { when: { options: { temperature: 0.9 } }, per_token: 0.6 },
  ],
}

function sweepFile(
  more: string,
  agent = `async ({ generate }) => (await generate({ prompt: 'Say something.' })).response`,
): string {
  return `import { agentSweep } from 'vitest-chimera'
agentSweep('grid', ${agent}, {
  baseline: { name: 'baseline', model: 'tiny' },
  // What arrives when is partly the machine's doing, and no ranking may hang on that.
  rankBy: 'reported_throughput',
  ${more}
})
`
}

async function sweep(
  script: Script,
  more: string,
  env: Record<string, string> = {},
): Promise<BenchRun & { found: SweepReport | undefined; markdown: string }> {
  await using server = await startScriptedOllama(script)
  await using project = await createFixture({ 'suites/one.bench.ts': sweepFile(more) })
  const run = await project.bench([], { OLLAMA_HOST: server.url, CHIMERA_SEED: '3', ...env })
  return {
    ...run,
    found: run.report?.suites[0]?.sweep,
    markdown: await project.read('reports/report.md').catch(() => ''),
  }
}

describe('a sweep', () => {
  const GRID = 'grid: { num_ctx: [512, 1024], temperature: [0.6, 0.9] }, blocks: { min: 6, max: 8 },'

  test('one ranked table with a shared baseline, ties as ties, the inert axis named and measured once, no runner loaded twice in a block', async () => {
    const { found, report, trials, output, markdown, exitCode } = await sweep(SERVER, GRID)
    expect(exitCode).toBe(0)
    const [suite] = report!.suites
    expect(report!.suites).toHaveLength(1)
    expect(suite!.arms.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'baseline baseline',
      'candidate num_ctx=512 temperature=0.6',
      'candidate num_ctx=512 temperature=0.9',
      'candidate num_ctx=1024 temperature=0.6',
      'candidate num_ctx=1024 temperature=0.9',
    ])
    expect(found!.ranking.map(({ rank, arm, verdict }) => `${rank} ${arm} ${verdict}`)).toEqual([
      '1 num_ctx=512 temperature=0.6 improved',
      '1 num_ctx=1024 temperature=0.6 improved',
      '3 num_ctx=512 temperature=0.9 regressed',
      '3 num_ctx=1024 temperature=0.9 regressed',
    ])
    expect(found!.ranking.map(({ same_as }) => same_as)).toEqual([
      undefined,
      'num_ctx=512 temperature=0.6',
      undefined,
      'num_ctx=512 temperature=0.9',
    ])
    expect(suite!.arms.map(({ samples }) => Object.keys(samples).length > 0)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect(trials.filter(({ arm, phase }) => arm.includes('=1024') && phase !== 'warmup')).toEqual([])
    expect(found!.ties).toHaveLength(2)
    expect(found!.ranking[0]!.ratio).toBeCloseTo(0.5 / 0.4, 6)
    expect(found!.ranking[3]!.leader!.ratio).toBeCloseTo(0.4 / 0.6, 6)
    expect(
      found!.effects.map(({ axis, effect, by_construction }) => [axis, effect, by_construction]),
    ).toEqual([
      ['num_ctx', 'none', true],
      ['temperature', 'some', undefined],
    ])
    expect(report!.gate).toEqual({ status: 'passed', failures: [], notices: [] })
    expect(suite!.comparisons.every(({ gated }) => !gated)).toBe(true)
    for (const text of [output, markdown]) {
      expect(text).toMatch(/1=.*num_ctx=512 temperature=0\.6.*improved.*leads/)
      expect(text).toMatch(/1=.*num_ctx=1024 temperature=0\.6.*same as num_ctx=512 temperature=0\.6/)
      expect(text).toContain('"num_ctx=1024 temperature=0.6" was not measured')
      expect(text).toContain(
        'num_ctx had no effect by construction: the server treats 512 and 1024 the same.',
      )
    }
    const measured = trials.filter(({ phase }) => phase === 'measure')
    const block = measured.filter(({ block }) => block === 2)
    expect(block.map(({ position }) => position)).toEqual([1, 2, 3])
    expect(new Set(block.map(({ seed }) => seed)).size).toBe(1)
    // Two runners a block, or one where it begins with the one that the block before ended with.
    const runner = (arm: string): string => /num_ctx=\d+/.exec(arm)?.[0] ?? 'default'
    const stays = measured.filter(
      (trial, i) => i === 0 || runner(trial.arm) !== runner(measured[i - 1]!.arm),
    ).length
    const blocks = new Set(measured.map(({ block }) => block)).size
    expect(stays).toBeLessThanOrEqual(2 * blocks)
    expect(measured.flatMap(({ calls }) => calls).some(({ cold }) => cold)).toBe(false)
  })

  test('halving spends fewer trials than the full sweep and finds the same best', async () => {
    // Two equal contenders in noise that no budget here tells apart, and four that are behind.
    const noisy: Script = {
      call: { ...QUICK, jitter: 0.05 },
      rules: [1, 2, 3, 4].map((top_k) => ({ when: { options: { top_k } }, per_token: 0.7 + 0.1 * top_k })),
    }
    const points = 'grid: { top_k: [1, 2, 3, 4, 5, 6] }, blocks: { min: 6, max: 20 },'
    const full = await sweep(noisy, points)
    const halved = await sweep(noisy, `${points} halving: true,`)
    const leading = (found: SweepReport) =>
      found.ranking
        .filter(({ rank }) => rank === 1)
        .map(({ arm }) => arm)
        .toSorted()
    expect(leading(full.found!)).toEqual(['top_k=5', 'top_k=6'])
    expect(leading(halved.found!)).toEqual(['top_k=5', 'top_k=6'])
    expect(halved.found!.trials).toBeLessThan(0.8 * full.found!.trials)
    expect(halved.found!.trials).toBe(halved.trials.length)
    const { rungs } = halved.found!.halving!
    expect(rungs.flatMap(({ dropped }) => dropped).toSorted()).toEqual([
      'top_k=1',
      'top_k=2',
      'top_k=3',
      'top_k=4',
    ])
    for (const { eliminated_after, blocks } of halved.found!.ranking.slice(2))
      expect(blocks).toBeLessThanOrEqual(eliminated_after!)
    expect(full.found!.ranking.every(({ eliminated_after }) => eliminated_after === undefined)).toBe(true)
  })

  test('a budget of trials ends it, and says so', async () => {
    const { found, report, exitCode } = await sweep(
      SERVER,
      'grid: { temperature: [0.6, 0.9] }, halving: { budget: 12 },',
    )
    expect(found!.trials).toBeLessThanOrEqual(12)
    expect(found!.ranking.map(({ rank, blocks, verdict }) => [rank, blocks, verdict])).toEqual([
      [1, 3, 'inconclusive'],
      [1, 3, 'inconclusive'],
    ])
    expect(report!.suites[0]!.warnings.map(({ code }) => code)).toContain('trial_budget')
    expect(exitCode).toBe(0)
  })
})

test('a team: options of one of its agents, each agent alone beside it, and a blob on the way', async () => {
  await using server = await startScriptedOllama(SERVER)
  const work = (prompt: string) =>
    `async ({ generate }) => (await generate({ prompt: '${prompt}' })).response`
  const file = sweepFile(
    `grid: { 'insight.temperature': [0.6, 0.9] }, blocks: { min: 6, max: 6 },`,
    `team({ collector: ${work('Collect.')}, insight: ${work('Judge.')} })`,
  )
  await using project = await createFixture({
    'suites/one.bench.ts': file.replace('{ agentSweep }', '{ agentSweep, team }'),
  })
  const shard = await project.bench(['--shard=1/1', '--reporter=blob'], { OLLAMA_HOST: server.url })
  expect([shard.exitCode, shard.report]).toEqual([0, undefined])
  const { report, trials, exitCode } = await project.bench(['--merge-reports'])
  const [suite] = report!.suites
  expect(suite!.arms.map(({ agents }) => agents!.map(({ options }) => options['temperature']))).toEqual([
    [undefined, undefined],
    [undefined, 0.6],
    [undefined, 0.9],
  ])
  expect(suite!.arms.map(({ concurrency }) => concurrency!.blocks)).toEqual([6, 6, 6])
  const [solo, together] = ['solo', 'measure'].map((kind) => trials.filter(({ phase }) => phase === kind))
  expect(solo).toHaveLength(2 * together!.length)
  expect(suite!.sweep!.ranking.map(({ arm }) => arm)).toEqual([
    'insight.temperature=0.6',
    'insight.temperature=0.9',
  ])
  expect(exitCode).toBe(0)
})

test('an interrupted sweep keeps what it measured and never passes', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 40, per_token: 3, tokens: 24 } })
  await using project = await createFixture({
    'suites/one.bench.ts': sweepFile('grid: { temperature: [0.6, 0.9] }, blocks: { min: 20, max: 20 },'),
  })
  const { exitCode, report, trials } = await project.bench([], { OLLAMA_HOST: server.url }, (child) => {
    const watch = setInterval(() => {
      if (server.requests.filter(({ path }) => path === '/api/generate').length < 14) return
      clearInterval(watch)
      child.kill('SIGTERM')
    }, 20)
  })
  expect(report!.status).toBe('interrupted')
  expect(report!.gate.status).not.toBe('passed')
  expect(report!.suites[0]!.sweep!.ranking).toHaveLength(2)
  expect(trials.filter(({ valid }) => valid).length).toBeGreaterThanOrEqual(4)
  expect(exitCode).not.toBe(0)
})

describe('what a sweep cannot use', () => {
  test('a candidate that never answers, or answers worse, is not ranked; the others are', async () => {
    const script: Script = {
      ...SERVER,
      rules: [
        ...SERVER.rules!,
        { when: { options: { temperature: 0.1 } }, per_token: 0.1, reply: 'nonsense' },
      ],
    }
    const { found, report, output, exitCode } = await sweep(
      script,
      `grid: { temperature: [0.1, 0.6] }, candidates: [{ name: 'gone', model: 'no-such-model' }], blocks: { min: 6, max: 8 }, compare: 'models',
  checks: [({ output }) => { if (output === 'nonsense') throw new Error('It says nonsense.') }],`,
    )
    expect(found!.ranking.map(({ arm, rank, unranked }) => [arm, rank ?? unranked])).toEqual([
      ['temperature=0.6', 1],
      ['temperature=0.1', 'given_up'],
      ['gone', 'given_up'],
    ])
    const messages = report!.suites[0]!.warnings.map(({ message }) => message).join('\n')
    expect(messages).toMatch(/Arm "temperature=0.1" was stopped.*It says nonsense/)
    expect(messages).toMatch(/Arm "gone" was stopped.*ollama pull no-such-model/)
    expect(report!.gate).toMatchObject({ status: 'passed', failures: [] })
    expect(output).toMatch(/2 candidates are not ranked \(temperature=0\.1; gone\)/)
    expect(exitCode).toBe(0)
  })

  test('one broken part of a block runs again with a baseline trial of its own, not the whole block', async () => {
    const script: Script = {
      ...SERVER,
      rules: [
        ...SERVER.rules!,
        { when: { options: { temperature: 0.9 }, calls: [6, 9] }, fault: { kind: 'no_done', after: 3 } },
      ],
    }
    const { found, trials, report } = await sweep(
      script,
      'grid: { temperature: [0.6, 0.9] }, blocks: { min: 6, max: 8 },',
    )
    const again = trials.filter(({ attempt }) => attempt > 1)
    expect(again.length).toBeGreaterThan(0)
    expect(new Set(again.map(({ arm }) => arm))).toEqual(new Set(['baseline', 'temperature=0.9']))
    expect(trials.some(({ valid, arm }) => !valid && arm === 'temperature=0.9')).toBe(true)
    expect(report!.suites[0]!.requeued).toBe(again.length / 2)
    const blocks = found!.ranking.map((row) => row.blocks)
    expect(blocks[0]).toBeGreaterThanOrEqual(6)
    expect(blocks[1]).toBe(blocks[0])
  })

  test('a baseline without a valid trial fails, with the cure', async () => {
    const broken = await sweep({ models: [{ name: 'other:latest' }] }, 'grid: { temperature: [0.6, 0.9] },')
    expect(broken.report!.gate.status).toBe('invalid')
    expect(broken.report!.gate.failures[0]!.message).toMatch(/ollama pull tiny/)
    expect(broken.exitCode).not.toBe(0)
  })

  test('a definition that cannot be run is refused before a call, in the report as well', async () => {
    const refused = await sweep(SERVER, 'grid: { temperatur: [0.6, 0.9] },')
    expect(refused.output).toMatch(
      /Unknown option "options\.temperatur" of arm "temperatur=0\.6".*Did you mean "temperature"/,
    )
    expect(refused.report!.gate.status).toBe('invalid')
    expect(refused.trials).toEqual([])
    expect(refused.exitCode).not.toBe(0)
  })
})
