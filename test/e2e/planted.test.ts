/**
 * What pull requests do to an agent, planted one by one: every suite of one repository changes in its own way, and a
 * single run names each change. The server's clock is scripted: 0.1 ms for a token of the prompt, 2 ms for one of the
 * reply; a reply without `format` is longer, and every other one is not JSON.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AttributionPart, SuiteReport } from '../../src/schema/generated.ts'
import {
  startScriptedOllama,
  type CallPlan,
  type ScriptedCall,
  type ScriptedOllama,
} from '../scripted-ollama/index.ts'
import { createChange, type BenchRun, type Change } from './fixture.ts'

const MS_PER_PROMPT_TOKEN = 0.1
const MS_PER_TOKEN = 2
const JSON_REPLY = '{"rivers":["Rhine"]}'

let unformatted = 0

function planOf({ prompt, body }: ScriptedCall): CallPlan {
  const prompt_tokens = prompt.split('word').length - 1
  const isFree = prompt.includes('JSON') && body['format'] === undefined
  return {
    load: 2,
    prompt_tokens,
    ttft: 2 + prompt_tokens * MS_PER_PROMPT_TOKEN,
    per_token: MS_PER_TOKEN,
    tokens: isFree ? 44 : 24,
    reply: isFree && unformatted++ % 2 === 0 ? `That is ${JSON_REPLY}, as JSON.` : JSON_REPLY,
  }
}

/** What an agent is made of, as code. */
interface Pieces {
  prompt?: string
  /** A tool, called after the first call. */
  tool?: string
  /** Turns the reply of the report into the output. */
  report?: string
  /** More of the report's request. */
  more?: string
}

/** An agent of two stages, which returns what its tool says and its report. */
function agentOf({
  prompt = "'List rivers as JSON. ' + 'word '.repeat(100)",
  tool = 'const tool = async () => 0',
  report = 'const report = async (ask) => ask()',
  more = "format: 'json'",
}: Pieces = {}): string {
  return `import type { Agent } from 'vitest-chimera'
const pause = async (ms: number) => {
  const start = performance.now()
  await new Promise((resolve) => setTimeout(resolve, ms))
  return performance.now() - start
}
${tool}
${report.replace('(ask)', '(ask: () => Promise<string>)')}
export const agent: Agent = async ({ generate, stage }) => {
  const paused = await stage('analysis', async () => {
    await generate({ prompt: 'Analyze. ' + 'word '.repeat(100) })
    return tool()
  })
  const text = await stage('report', () =>
    report(async () => (await generate({ prompt: ${prompt}, ${more} })).response),
  )
  return { paused, text }
}
`
}

const CHANGES: Record<string, Pieces> = {
  prompt: { prompt: "'List rivers as JSON. ' + 'word '.repeat(500)" },
  tool: { tool: 'const tool = () => pause(400)' },
  retry: { report: 'const report = async (ask) => (await ask(), ask())' },
  format: { more: '' },
  dearer: {
    tool: 'const tool = () => pause(300)',
    report: 'const report = async (ask) => { for (let i = 0; i < 3; i++) await ask(); return ask() }',
  },
  refactor: {
    tool: '/** A tool. */\nasync function tool() {\n  const nothing = 0\n  return nothing\n}',
    report: 'const report = async (ask) => {\n  const text = await ask()\n  return text\n}',
  },
}

const bench = (suite: string): string => `import { agentBench, matchesSchema } from 'vitest-chimera'
import { agent } from './agent.ts'
const isJson = matchesSchema({ type: 'object', required: ['rivers'] })
agentBench('${suite}', agent, {
  baseline: { name: 'baseline', model: 'tiny' },
  candidate: { name: 'shipped', model: 'tiny', options: { temperature: 0.5 } },
  checks: [({ output }) => isJson({ output: output.text })],
  blocks: { min: 12, max: 12 },
  // A busy machine decides on no verdict: times are gated where the change is many times its noise.
  thresholds: { ttft: false, output_throughput: false, trial_duration: 1, calls: true, input_tokens: true, output_tokens: true },
})
`

let server: ScriptedOllama
let project: Change
let run: BenchRun
beforeAll(async () => {
  server = await startScriptedOllama({ plan: planOf })
  const files = (piecesOf: (suite: string) => Pieces | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.keys(CHANGES).flatMap((suite) => [
        [`suites/${suite}/${suite}.bench.ts`, bench(suite)],
        [`suites/${suite}/agent.ts`, agentOf(piecesOf(suite))],
      ]),
    )
  project = await createChange(files(() => undefined))
  await project.repository.commit(files((suite) => CHANGES[suite]))
  run = await project.bench([], { OLLAMA_HOST: server.url, CHIMERA_BASE: 'main' })
})
afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function suiteOf(name: string): SuiteReport {
  return run.report?.suites.find((suite) => suite.name === name) ?? expect.fail(run.output)
}

/** Verdicts of the whole trial that the gate reads. */
function verdictsOf(suite: string): Record<string, string> {
  const gated = suiteOf(suite).comparisons.filter((one) => one.gated && one.stage === null)
  return Object.fromEntries(gated.map(({ metric, verdict }) => [metric, verdict]))
}

const regressionsOf = (suite: string): string[] =>
  Object.entries(verdictsOf(suite)).flatMap(([metric, verdict]) => (verdict === 'regressed' ? [metric] : []))

/** A count is the same in every trial of an arm, so that its change is exact. */
function expectRatio(suite: string, metric: string, ratio: number): void {
  const found = suiteOf(suite).comparisons.find((one) => one.metric === metric && one.stage === null)
  const exactly = expect.closeTo(ratio, 9)
  expect(found).toMatchObject({ ratio: exactly, interval: [exactly, exactly] })
}

function partOf(suite: string, part: AttributionPart['part'], stage: string | null): AttributionPart {
  const { parts } = suiteOf(suite).attribution ?? expect.fail('no attribution')
  return parts.find((one) => one.part === part && one.stage === stage) ?? expect.fail(JSON.stringify(parts))
}

/** The sentence of why trial_duration moved, as the terminal has it. */
function sentenceOf(suite: string): string {
  const [, told = ''] = run.output.split(`${suite} · head vs base`)
  return / trial_duration: (.*)/.exec(told)?.[1] ?? expect.fail(run.output)
}

/** How long the tool of head really slept, ms, in each valid trial that was measured. */
function pausesOf(suite: string): number[] {
  const valid = run.trials.filter((one) => one.valid && one.suite === suite && one.arm === 'head')
  return valid
    .filter(({ phase }) => phase !== 'warmup')
    .map((one) => (one.output as { paused: number }).paused)
}

/** The interval has what was planted, within what the agent's own lines around it take. */
function expectWithin(interval: readonly number[] | undefined, planted: number[]): void {
  const [low = NaN, high = NaN] = interval ?? []
  const slack = 0.2 * Math.min(...planted)
  expect(high).toBeGreaterThan(Math.min(...planted) - slack)
  expect(low).toBeLessThan(Math.max(...planted) + slack)
  expect(low).toBeGreaterThan(0)
}

test('the pull request of five calls for two and a sleep: what regressed, and why, to the call', () => {
  expect(run.exitCode).not.toBe(0)
  expect(regressionsOf('dearer')).toEqual(
    expect.arrayContaining(['trial_duration', 'calls', 'input_tokens', 'output_tokens']),
  )
  expectRatio('dearer', 'calls', 2.5)
  expectRatio('dearer', 'output_tokens', 2.5)
  const calls = partOf('dearer', 'calls', 'report')
  expect(calls.count).toBe(3)
  // No call is faster than its script.
  expect(calls.change).toBeGreaterThanOrEqual(3 * (2 + 100 * MS_PER_PROMPT_TOKEN + 23 * MS_PER_TOKEN) - 1)
  const pauses = pausesOf('dearer')
  expect(Math.min(...pauses)).toBeGreaterThan(299)
  expectWithin(partOf('dearer', 'own_code', 'analysis').interval, pauses)
  expect(sentenceOf('dearer')).toMatch(
    /^analysis stage own code \+[\d.]+ ms \(\+[\d.]+ %\), report stage makes 3 more calls \(\+[\d.]+ %\)/,
  )
})

test('a prompt that is 400 tokens longer', () => {
  expect(regressionsOf('prompt')).toContain('input_tokens')
  expectRatio('prompt', 'input_tokens', 3)
  const { count, interval } = partOf('prompt', 'input_tokens', 'report')
  // A request that a busy machine stamps late has a shorter TTFT than the server reports parts of it: the prompt gets the rest.
  const about = expect.closeTo(400 * MS_PER_PROMPT_TOKEN, -1)
  expect({ count, interval }).toEqual({ count: 400, interval: [about, about] })
  expect(sentenceOf('prompt')).toContain('report stage evaluates 400 more prompt tokens per call')
  expect(verdictsOf('prompt')).toMatchObject({ calls: 'unchanged', output_tokens: 'unchanged' })
})

test('a sleep in a tool', () => {
  const pauses = pausesOf('tool')
  expect(Math.min(...pauses)).toBeGreaterThan(399)
  expectWithin(partOf('tool', 'own_code', 'analysis').interval, pauses)
  expect(sentenceOf('tool')).toMatch(/analysis stage own code \+[\d.]+ ms/)
  expect(regressionsOf('tool')).not.toContain('calls')
})

test('a loop that retries once', () => {
  expect(regressionsOf('retry')).toContain('calls')
  expectRatio('retry', 'calls', 1.5)
  expect(partOf('retry', 'calls', 'report').count).toBe(1)
  expect(sentenceOf('retry')).toContain('report stage makes 1 more call (')
})

test('a format that is dropped: longer replies, and trials that fail their check', () => {
  expect(regressionsOf('format')).toContain('valid_rate')
  const [base, head] = suiteOf('format').arms
  expect(base?.invalid).toEqual({})
  expect(head?.invalid).toMatchObject({ check_failed: expect.any(Number) })
  expect(partOf('format', 'output_tokens', 'report').count).toBe(20)
  expect(sentenceOf('format')).toContain('report stage decodes 20 more tokens per call')
})

test('a refactoring that changes nothing', () => {
  expect(suiteOf('refactor').trees?.changed).toEqual(['suites/refactor/agent.ts'])
  const { trial_duration, ...counted } = verdictsOf('refactor')
  expect(new Set(Object.values(counted))).toEqual(new Set(['unchanged']))
  expect(trial_duration).toMatch(/^(unchanged|inconclusive)$/)
  for (const metric of ['calls', 'input_tokens', 'output_tokens']) expectRatio('refactor', metric, 1)
  expect(run.report?.gate.failures.filter(({ suite }) => suite === 'refactor')).toEqual([])
})
