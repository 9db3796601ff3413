import { expect, test } from 'vitest'
import type { Concurrency } from '../../src/schema/generated.ts'
import { startScriptedOllama, type CallPlan, type Script } from '../scripted-ollama/index.ts'
import { createFixture } from './fixture.ts'

/** Each agent's work is one call of 150 ms, so alone 150 ms, both after one another 300 ms. */
const CALL: CallPlan = { ttft: 50, per_token: 5, tokens: 21 }

const SUITE = `import { agentBench, team } from 'vitest-chimera'
const ask = (prompt) => ({ chat, stage }) => stage('work', async () => (await chat({ messages: [{ role: 'user', content: prompt }] })).message.content)
const baseline = { name: 'baseline', model: 'tiny' }
agentBench('pair', team({ collector: ask('Collect.'), insight: ask('Advise.') }), {
  baseline,
  candidate: { ...baseline, name: 'chimera', agents: { insight: { options: { temperature: 0.3 } } } },
  blocks: { min: 6, max: 6 }, thresholds: { ttft: 2 },
})
`

async function run(script: Partial<Script>) {
  await using server = await startScriptedOllama({ call: CALL, ...script })
  await using project = await createFixture({ 'suites/pair.bench.ts': SUITE })
  const { report, trials, output } = await project.bench([], { OLLAMA_HOST: server.url })
  const [baseline, candidate] = report!.suites[0]!.arms
  return {
    report: report!,
    trials,
    output,
    baseline: baseline!,
    candidate: candidate!,
    requests: server.requests,
  }
}

function value(concurrency: Concurrency | undefined, name: 'speedup' | 'load_balance' | 'slowdown'): number {
  return concurrency![name].value
}

test('agents that truly overlap: speedup near 2, each as fast as alone', { timeout: 60_000 }, async () => {
  const { baseline, candidate, trials, output, requests } = await run({})
  expect(value(baseline.concurrency, 'speedup')).toBeGreaterThan(1.7)
  expect(value(baseline.concurrency, 'speedup')).toBeLessThan(2.1)
  expect(value(baseline.concurrency, 'load_balance')).toBeGreaterThan(1.8)
  expect(value(baseline.concurrency, 'slowdown')).toBeLessThan(1.2)
  expect(baseline.concurrency!.verdict).not.toBe('serialised')
  // Real solo trials, one an agent, arm and block.
  expect(trials.filter(({ phase }) => phase === 'solo')).toHaveLength(2 * 2 * 6)
  expect(new Set(trials.flatMap(({ calls }) => calls.map(({ agent }) => agent)))).toEqual(
    new Set(['collector', 'insight']),
  )
  expect(baseline.stages.map(({ name }) => name).toSorted()).toEqual([
    'collector',
    'collector/work',
    'insight',
    'insight/work',
  ])
  expect(candidate.agents!.find(({ name }) => name === 'insight')!.options).toEqual({ temperature: 0.3 })
  const tuned = requests.filter(
    ({ body }) => (body['options'] as Record<string, unknown> | undefined)?.['temperature'] === 0.3,
  )
  expect(
    tuned.every(
      ({ body }) => body['messages'] === undefined || JSON.stringify(body['messages']).includes('Advise'),
    ),
  ).toBe(true)
  expect(output).toMatch(/baseline .*: speedup/)
})

test(
  'a server that takes one at a time: speedup near 1 and called serialised, load balance near 2 all the same',
  { timeout: 60_000 },
  async () => {
    const { baseline, report } = await run({ serial: true })
    expect(value(baseline.concurrency, 'speedup')).toBeGreaterThan(0.85)
    expect(value(baseline.concurrency, 'speedup')).toBeLessThan(1.15)
    expect(value(baseline.concurrency, 'load_balance')).toBeGreaterThan(1.4)
    expect(['serialised', 'contended']).toContain(baseline.concurrency!.verdict)
    expect(
      report.suites[0]!.comparisons.find(({ metric, stage }) => metric === 'speedup' && stage === null)!
        .gated,
    ).toBe(false)
  },
)
