/** A run in which every suite but one is broken, each in a different way. */
import { beforeAll, expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture, type BenchRun, type BenchSuite } from './fixture.ts'

const QUICK =
  'blocks: { min: 6, max: 6 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'
const call = `await generate({ prompt: 'x' })`

/** By suite: how it is broken, and the sentence for it. */
const BROKEN: Record<string, [suite: BenchSuite | undefined, sentence: RegExp]> = {
  stage: [
    { agent: `({ generate, stage }) => stage('', () => generate({ prompt: 'x' }))` },
    /Invalid name of a stage: Expected a non-empty string but received ""/,
  ],
  member: [{ agent: `team({ '': async ({ generate }) => { ${call} } })` }, /Invalid name of an agent/],
  seed: [
    { candidate: `{ name: 'candidate', model: 'tiny', options: { seed: 1.5 } }` },
    /`options\.seed` of arm "candidate" of suite "seed" in suites\/seed\.bench\.ts: Expected a whole number but received 1\.5/,
  ],
  check: [
    { more: `${QUICK} checks: [Object.assign(() => {}, { checkName: 5 })],` },
    /`checks\[0\]` of suite "check" .* checkName/,
  ],
  clock: [
    {
      agent: `async ({ generate }) => { ${call}; const { now } = performance; performance.now = () => now.call(performance) - 1e6 }`,
    },
    /The agent changed the clock/,
  ],
  thrown: [
    { agent: `async ({ generate }) => { ${call}; throw Object.create(null) }` },
    /The agent threw: a value without a readable message/,
  ],
  beside: [
    {
      agent: `({ generate }) => Promise.all([generate({ prompt: 'slow' }), Promise.reject(new Error('of my own'))])`,
    },
    /The agent threw: of my own/,
  ],
  frozen: [
    { agent: `async ({ generate, options }) => { ${call}; options.num_ctx = 1 }` },
    /The agent threw: Cannot (assign to read only|add) property/,
  ],
  exits: [
    {
      agent: `async ({ generate }) => { ${call}; process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) }`,
    },
    /its worker ended before a verdict/,
  ],
  host: [{ candidate: `{ name: 'candidate', model: 'tiny', host: 'ftp://x' }` }, /Invalid host "ftp:\/\/x"/],
  model: [{ candidate: `{ name: 'candidate', model: 'qwen-none' }` }, /ollama pull qwen-none/],
  silent: [{ agent: 'async () => 5' }, /The agent made no model call/],
  'suites/import.bench.ts': [undefined, /could not be loaded: no import/],
}

let run: BenchRun

beforeAll(async () => {
  await using server = await startScriptedOllama({
    call: { ttft: 5, per_token: 0.5, tokens: 20 },
    rules: [{ when: { prompt: 'slow' }, ttft: 5000 }],
  })
  const suite = (name: string, options: BenchSuite): [string, string] => [
    `suites/${name}.bench.ts`,
    benchFile({ name, more: QUICK, ...options }).replace(
      'import { agentBench }',
      'import { agentBench, team }',
    ),
  ]
  const made = Object.entries(BROKEN).flatMap(([name, [options]]) =>
    options === undefined ? [] : [suite(name, options)],
  )
  await using project = await createFixture({
    ...Object.fromEntries([...made, suite('good', {})]),
    'suites/import.bench.ts': `throw new Error('no import')\n`,
  })
  run = await project.bench([], { OLLAMA_HOST: server.url })
})

test('the good suite has its verdict', () => {
  const good = run.report!.suites.find(({ name }) => name === 'good')!
  expect(good.comparisons.find(({ metric }) => metric === 'reported_throughput')).toMatchObject({
    verdict: 'unchanged',
    blocks: 6,
  })
  expect(run.report!.gate.failures.filter(({ suite }) => suite === 'good')).toEqual([])
  expect(run.output).toMatch(/good/)
})

test.each(Object.entries(BROKEN))(
  '%s has its sentence, in the report and on the terminal',
  (name, [, sentence]) => {
    const said = run.report!.gate.failures.filter(({ suite }) => suite === name)
    expect(said.map(({ message }) => message)).toEqual([expect.stringMatching(sentence)])
    expect(run.output.replaceAll(/\s+/g, ' ')).toMatch(sentence)
  },
)

test('nothing else is said to have failed, and the run fails', () => {
  const suites = run.report!.gate.failures.map(({ suite }) => suite)
  expect(suites.toSorted()).toEqual(Object.keys(BROKEN).toSorted())
  expect(run.exitCode).not.toBe(0)
})
