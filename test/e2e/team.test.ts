import { beforeAll, describe, expect, test } from 'vitest'
import type { SuiteReport, Trial } from '../../src/schema/generated.ts'
import { startScriptedOllama, type Script, type ScriptedOllama } from '../scripted-ollama/index.ts'
import { createFixture, type BenchRun } from './fixture.ts'

/**
 * A call of the baseline takes so many ms: alone that, both after one another twice that. The
 * candidate's take 100 ms: little time, but too much for a busy machine to make its agents slow each other down.
 */
const script = (ms: number): Script => ({
  call: { ttft: ms / 2, per_token: ms / 40, tokens: 21 },
  rules: [{ when: { options: { top_k: 7 } }, ttft: 50, per_token: 2.5 }],
})

/**
 * A team of two, both arms on the server at `host`. The line between the verdicts is drawn near a
 * speedup of 2: a machine would have to be busy for half a second in one trial to move one across it.
 */
function suiteOn(name: string, host: string, slowdown: number): string {
  return `import { agentBench, team } from 'vitest-chimera'
const ask = (prompt) => ({ chat, stage }) => stage('work', async () => (await chat({ messages: [{ role: 'user', content: prompt }] })).message.content)
const baseline = { name: 'baseline', model: 'tiny', host: '${host}' }
agentBench('${name}', team({ collector: ask('Collect.'), insight: ask('Advise.') }), {
  baseline,
  candidate: { ...baseline, name: 'chimera', options: { top_k: 7 }, agents: { insight: { options: { temperature: 0.3 } } } },
  blocks: { min: 6, max: 6 }, thresholds: { ttft: false, output_throughput: false, slowdown: ${slowdown} },
})
`
}

/** How often the server turned from one call's reply to another's, beyond once a call. */
function turns({ log }: ScriptedOllama): number {
  const calls = log.filter(({ event }) => event === 'chunk').map(({ call }) => call)
  return calls.filter((call, i) => i > 0 && call !== calls[i - 1]).length + 1 - new Set(calls).size
}

let wide: ScriptedOllama
let narrow: ScriptedOllama
let run: BenchRun
const suite = (name: string): SuiteReport => run.report!.suites.find((one) => one.name === name)!
const trialsOf = (name: string): Trial[] => run.trials.filter((trial) => trial.suite === name)

beforeAll(async () => {
  wide = await startScriptedOllama(script(500))
  narrow = await startScriptedOllama({ ...script(300), serial: true })
  await using project = await createFixture({
    'suites/wide.bench.ts': suiteOn('wide', wide.url, 0.8),
    'suites/narrow.bench.ts': suiteOn('narrow', narrow.url, 0.9),
  })
  run = await project.bench()
  await Promise.all([wide.close(), narrow.close()])
})

describe('agents that truly overlap', () => {
  test('are called parallel, and their calls are answered at once', () => {
    expect(turns(wide)).toBeGreaterThan(0)
    expect(suite('wide').arms[0]!.concurrency!.verdict).toBe('parallel')
    const together = trialsOf('wide').filter(({ phase, role }) => phase === 'measure' && role === 'baseline')
    expect(new Set(together.map(({ block }) => block)).size).toBe(6)
    for (const { stages } of together) {
      const [collector, insight] = ['collector', 'insight'].map((name) =>
        stages.find((stage) => stage.name === name)!,
      )
      expect(insight!.start).toBeLessThan(collector!.start + collector!.duration)
      expect(collector!.start).toBeLessThan(insight!.start + insight!.duration)
    }
    expect(run.output).toMatch(/baseline .*: speedup/)
  })

  test('are held against real solo trials, one an agent, arm and block', () => {
    const [solo, together] = ['solo', 'measure'].map((kind) =>
      trialsOf('wide').filter(({ phase }) => phase === kind),
    )
    // A block that the machine disturbed ran again.
    const wanted = together!.flatMap(({ block, attempt, arm }) =>
      ['collector', 'insight'].map((agent) => [block, attempt, arm, agent].join()),
    )
    const ran = solo!.map(({ block, attempt, arm, calls }) =>
      [block, attempt, arm, ...calls.map(({ agent }) => agent)].join(),
    )
    expect(ran.toSorted()).toEqual(wanted.toSorted())
  })

  test('have stages and options of their own', () => {
    const [baseline, candidate] = suite('wide').arms
    expect(new Set(trialsOf('wide').flatMap(({ calls }) => calls.map(({ agent }) => agent)))).toEqual(
      new Set(['collector', 'insight']),
    )
    expect(baseline!.stages.map(({ name }) => name).toSorted()).toEqual([
      'collector',
      'collector/work',
      'insight',
      'insight/work',
    ])
    expect(candidate!.agents!.find(({ name }) => name === 'insight')!.options).toEqual({
      top_k: 7,
      temperature: 0.3,
    })
    const tuned = wide.requests.filter(
      ({ body }) =>
        body['messages'] !== undefined && (body['options'] as Record<string, unknown>)['temperature'] === 0.3,
    )
    // One call for the warm-up, and for each trial of the team one in it and one alone.
    const teams = trialsOf('wide').filter(({ phase, role }) => phase === 'measure' && role === 'candidate')
    expect(tuned).toHaveLength(1 + 2 * teams.length)
    for (const { body } of tuned) expect(JSON.stringify(body['messages'])).toContain('Advise')
  })
})

test('agents of a server that takes one call at a time are called serialized, however even their load', () => {
  expect(turns(narrow)).toBe(0)
  const { verdict, speedup, load_balance } = suite('narrow').arms[0]!.concurrency!
  expect(verdict).toBe('serialized')
  // What older reports called speedup: 300 and 600 ms in 600 ms, though nothing was gained.
  expect(load_balance.value).toBeGreaterThan(speedup.value)
  expect(
    suite('narrow').comparisons.find(({ metric, stage }) => metric === 'speedup' && stage === null)!.gated,
  ).toBe(false)
})
