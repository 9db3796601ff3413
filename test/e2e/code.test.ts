import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Report } from '../../src/schema/generated.ts'
import { startForge } from '../support/forge.ts'
import type { TestRepository } from '../support/repository.ts'
import { startScriptedOllama, type ScriptedOllama } from '../scripted-ollama/index.ts'
import {
  benchFile,
  cleanEnvironment,
  createChange,
  type BenchRun,
  type BenchSuite,
  type Change,
} from './fixture.ts'

/** Two stages; what a pull request changes is in a module of its own. */
const AGENT = `import type { Agent } from 'vitest-chimera'
import { calls, pause } from './work.ts'
export const agent: Agent = async ({ generate, stage }) => {
  await stage('analysis', () => generate({ prompt: 'Analyze.' }))
  await new Promise((resolve) => setTimeout(resolve, pause))
  return stage('report', async () => {
    let text = ''
    for (let i = 0; i < calls; i++) text += (await generate({ prompt: 'Report ' + i + '.\\nBe exact.' })).response
    return text
  })
}
`
const work = (calls: number, pause: number): string =>
  `export const calls: number = ${calls}\nexport const pause: number = ${pause}\n`
const BENCH = `import { agentBench } from 'vitest-chimera'
import { agent } from './agent.ts'
const baseline = { name: 'baseline', model: 'tiny' }
agentBench('reports', agent, {
  baseline,
  candidate: { name: 'shipped', model: 'tiny', options: { temperature: 0.5, num_ctx: 1024 } },
  blocks: { min: 6, max: 10 },
  thresholds: { ttft: false, output_throughput: false, trial_duration: 1 },
})
`

describe('head against base', () => {
  let server: ScriptedOllama
  let project: Change
  let repository: TestRepository
  beforeAll(async () => {
    server = await startScriptedOllama({ call: { ttft: 20, per_token: 1, tokens: 24 } })
    project = await createChange({
      'suites/reports.bench.ts': BENCH,
      'suites/agent.ts': AGENT,
      'suites/work.ts': work(1, 0),
      'suites/fresh.bench.ts': BENCH.replaceAll("'reports'", "'stale'"),
      'suites/gone.bench.ts': BENCH.replaceAll('reports', 'gone'),
    })
    repository = project.repository
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  const compare = (...args: string[]): Promise<BenchRun> =>
    project.bench(args, { OLLAMA_HOST: server.url, CHIMERA_BASE: 'main' })

  test('a pull request that makes the agent dearer fails, though no config changed', async () => {
    await repository.commit({ 'suites/work.ts': work(4, 400) })
    const before = JSON.parse(await repository.state())
    const { exitCode, report, output, trials } = await compare('suites/reports')
    expect(output).toMatch(
      /shipped, head [0-9a-f]{8} against base [0-9a-f]{8} \(main\), 1 of 3 modules differs/,
    )
    const [suite] = report!.suites
    expect(suite).toMatchObject({
      kind: 'code',
      trees: { modules: 3, changed: ['suites/work.ts'], is_new: false },
      arms: [
        { name: 'base', role: 'baseline', config: 'shipped', code: { ref: 'main', dirty: false } },
        { name: 'head', role: 'candidate', config: 'shipped', code: { ref: 'HEAD', dirty: false } },
      ],
    })
    const callsOf = (arm: string) =>
      new Set(trials.filter((one) => one.arm === arm).map(({ calls }) => calls.length))
    expect(callsOf('base')).toEqual(new Set([2]))
    expect(callsOf('head')).toEqual(new Set([5]))
    const verdict = suite!.comparisons.find(
      ({ metric, stage }) => metric === 'trial_duration' && stage === null,
    )
    expect(verdict).toMatchObject({
      verdict: 'regressed',
      gated: true,
      baseline: 'base',
      candidate: 'head',
    })
    expect(report!.gate.failures).toMatchObject([{ suite: 'reports', metric: 'trial_duration' }])
    const { change, parts } = suite!.attribution!
    const found = (part: string, stage: string | null) =>
      parts.find((one) => one.part === part && one.stage === stage)!
    expect(found('calls', 'report').count).toBe(3)
    expect(found('calls', 'report').interval![0]).toBeGreaterThan(0)
    expect(found('own_code', null).change).toBeGreaterThan(360)
    expect(found('own_code', null).interval![0]).toBeGreaterThan(0)
    expect(parts.reduce((sum, part) => sum + part.change, 0)).toBeCloseTo(change, 3)
    expect(suite!.requests).toEqual({
      block: 1,
      calls: [],
      counts: [{ stage: 'report', baseline: 1, candidate: 4 }],
    })
    expect(output).toMatch(/ trial_duration: .*report stage makes 3 more calls/)
    expect(exitCode).not.toBe(0)
    expect(JSON.parse(await repository.state())).toEqual(before)
  })

  test('an uncommitted change that changes nothing passes; new, removed and swept suites are named', async () => {
    await repository.git('reset', '--quiet', '--hard', 'main')
    await repository.git('rm', '--quiet', 'suites/gone.bench.ts')
    await repository.write({
      'suites/work.ts': `// Another comment.\n${work(1, 0)}`,
      'suites/fresh.bench.ts': BENCH.replaceAll("'reports'", "'fresh'"),
      'suites/grid.bench.ts': `import { agentSweep } from 'vitest-chimera'
import { agent } from './agent.ts'
agentSweep('grid', agent, { baseline: { name: 'baseline', model: 'tiny' }, grid: { top_k: [1, 2] } })
`,
    })
    const before = JSON.parse(await repository.state())
    const { exitCode, report } = await compare()
    const [fresh, reports] = ['fresh', 'reports'].map((name) =>
      report!.suites.find((one) => one.name === name),
    )
    expect(report!.suites).toHaveLength(2)
    expect(reports).toMatchObject({ trees: { changed: ['suites/work.ts'], is_new: false } })
    expect(reports!.arms[1]!.code!.dirty).toBe(true)
    expect(reports).not.toHaveProperty('requests')
    const gated = reports!.comparisons.filter((one) => one.gated && one.stage === null)
    expect(gated.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      // On a busy machine a trial of milliseconds may take twice as long, and ten blocks may not tell.
      ['trial_duration', expect.stringMatching(/^(unchanged|inconclusive)$/)],
      ['valid_rate', 'unchanged'],
    ])
    expect(fresh).toMatchObject({ trees: { is_new: true } })
    expect(fresh!.warnings).toContainEqual({
      code: 'new_suite',
      message: expect.stringMatching(
        /^fresh is new: .*base has "stale": if the suite was renamed, keep its name/,
      ),
    })
    expect(fresh!.comparisons.some((one) => one.gated)).toBe(false)
    expect(report!.gate.status).toBe('inconclusive')
    expect(report!.gate.notices).toContainEqual(
      expect.objectContaining({
        suite: 'fresh',
        message: expect.stringContaining('base has "stale"') as string,
      }),
    )
    expect(report!.gate.failures).toEqual([])
    expect(report!.gate.notices).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining('suites/gone.bench.ts exists at base') as string,
      }),
    )
    expect(exitCode).toBe(0)
    expect(JSON.parse(await repository.state())).toEqual(before)
  })

  test('shards measure, and the merge judges and names what was removed without any base', async () => {
    for (const shard of ['1/2', '2/2']) {
      const { exitCode, output } = await compare(`--shard=${shard}`, '--reporter=blob')
      expect(output).toMatch(/gives no verdict/)
      expect(exitCode).toBe(0)
    }
    const { exitCode, report } = await project.bench(['--merge-reports'])
    expect(Object.fromEntries(report!.suites.map(({ name, kind }) => [name, kind]))).toEqual({
      fresh: 'code',
      reports: 'code',
    })
    expect(report!.suites.find(({ name }) => name === 'reports')!.attribution).toBeDefined()
    expect(report!.gate.notices).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining('suites/gone.bench.ts exists at base') as string,
      }),
    )
    expect(exitCode).toBe(0)
  })

  test('the gate command finds the ref, writes the comment and passes the exit code on', async () => {
    await repository.git('checkout', '--quiet', '--force', '-B', 'dearer', 'main')
    await repository.commit({
      'suites/work.ts': work(4, 20),
      'suites/agent.ts': AGENT.replace('Be exact.', 'Be exact.\\nBe brief.'),
      'suites/reports.bench.ts': BENCH.replace('num_ctx: 1024', 'num_ctx: 2048'),
    })
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
    const forge = await startForge(onTestFinished)
    const env = cleanEnvironment({
      OLLAMA_HOST: server.url,
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      GITHUB_API_URL: forge.url,
      GITHUB_REPOSITORY: 'owner/name',
      GITHUB_TOKEN: 'secret-token',
      GITHUB_SHA: 'abc123',
    })
    const args = ['gate', '--check', '--accept', 'bench: accept', '--keep', 'suites/reports']
    const run = promisify(execFile)(process.execPath, [cli, ...args], { cwd: project.dir, env })
    const { code, stdout } = (await run.catch((error: unknown) => error)) as {
      code: number
      stdout: string
    }
    expect(stdout).toMatch(/Comparing with [0-9a-f]{8}, where HEAD branched off from main\./)
    expect(code).toBe(1)
    const [, kept] = /files of base are kept in (.+);/.exec(stdout)!
    expect(await readFile(join(kept!, 'suites/work.ts'), 'utf8')).toBe(work(1, 0))
    const comment = await project.read('reports/comment.md')
    expect(comment).toMatch(/^# ❌ Regressed: do not merge/)
    expect(comment).toMatch(/trial_duration: report stage makes 3 more calls/)
    // The config is every call's, the prompt only the report's.
    expect(comment).toContain(
      'Call 0 (analysis stage) of head is the first whose request differs: `num_ctx` `1024` → `2048`.',
    )
    expect(comment).toContain(
      'Call 1 (report stage) of head also differs: `prompt` +1 −0 lines.\n\n```diff\n@@ prompt @@\n+Be brief.\n```',
    )
    expect(stdout).toContain('+Be brief.')
    expect(Buffer.byteLength(comment)).toBeLessThan(8_000)
    const { started_at, suites } = JSON.parse(await project.read('reports/report.json')) as Report
    expect(forge.checks).toMatchObject([{ status: 'completed', conclusion: 'failure', head_sha: 'abc123' }])
    expect(String(forge.checks[0]!['created_at']) < started_at).toBe(true)
    expect(forge.checks[0]!['output']).toMatchObject({
      annotations: [
        {
          path: suites[0]!.file,
          start_line: BENCH.split('\n').indexOf("agentBench('reports', agent, {") + 1,
        },
      ],
    })
    expect(stdout).not.toContain('secret-token')
  })

  test('a base that throws is an error with its cause, never a comparison of something else', async () => {
    await repository.git('stash', '--quiet', '--include-untracked')
    await repository.git('checkout', '--quiet', 'main')
    await repository.commit({ 'suites/work.ts': `throw new Error('base is broken')\n` })
    await repository.git('checkout', '--quiet', '-B', 'change')
    await repository.commit({ 'suites/work.ts': work(1, 0) })
    // A run that measures nothing leaves the reports of an earlier one.
    await rm(join(project.dir, 'reports'), { recursive: true })
    const { exitCode, report, output, trials } = await compare()
    expect(output).toMatch(/base is broken/)
    expect(report!.gate).toMatchObject({
      status: 'invalid',
      failures: expect.arrayContaining([
        { suite: 'reports', message: expect.stringContaining('base is broken. Fix it') },
      ]),
    })
    expect(trials).toEqual([])
    expect(exitCode).not.toBe(0)
  })
})

/** Only the validity of trials is gated: what decodes how fast is none of these tests' business. */
const MORE =
  'thresholds: { ttft: false, output_throughput: false, trial_duration: false }, blocks: { min: 6, max: 10 }'
const shipping = (name: string, num_ctx: number): BenchSuite => ({
  name,
  candidate: `{ name: 'ctx-${num_ctx}', model: 'tiny', options: { num_ctx: ${num_ctx} } }`,
  more: MORE,
})

test('a file with several suites: what was added is new, and what was dropped is told', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 1, per_token: 0, tokens: 24 } })
  await using project = await createChange({
    'suites/grid.bench.ts': benchFile(shipping('grid', 1024)),
    'suites/kept.bench.ts': benchFile(shipping('kept', 1024), shipping('dropped', 1024)),
  })
  await project.write({
    // As a loop over configs that a pull request makes longer; and a suite of another name.
    'suites/grid.bench.ts': benchFile(
      shipping('grid', 1024),
      shipping('grid', 4096),
      shipping('added', 1024),
    ),
    'suites/kept.bench.ts': benchFile(shipping('kept', 2048)),
  })
  const env = { OLLAMA_HOST: server.url, CHIMERA_BASE: 'main' }
  const { exitCode, report, trials, output } = await project.bench([], env)
  const configsOf = (suite: string) =>
    new Set(trials.filter((one) => one.suite === suite).map(({ config }) => config))
  expect(configsOf('grid')).toEqual(new Set(['ctx-1024', 'ctx-4096']))
  expect(configsOf('kept')).toEqual(new Set(['ctx-1024', 'ctx-2048']))
  expect(
    report!.suites.map(({ name, arms, ...suite }) => [
      name,
      ...arms.map(({ config }) => config),
      suite.kind === 'code' && suite.trees.is_new,
    ]),
    output,
  ).toEqual([
    ['grid', 'ctx-1024', 'ctx-1024', false],
    ['grid', 'ctx-4096', 'ctx-4096', true],
    ['added', 'ctx-1024', 'ctx-1024', true],
    ['kept', 'ctx-1024', 'ctx-2048', false],
  ])
  expect(report!.gate).toEqual({
    status: 'passed',
    failures: [],
    notices: [
      {
        suite: '',
        message:
          'Suite "dropped" in suites/kept.bench.ts exists at base but not at head, so nothing of it was measured.',
      },
    ],
  })
  expect(exitCode).toBe(0)
  // What -t leaves out is in the file all the same.
  const filtered = await project.bench(['-t', 'ctx-4096'], env)
  expect(filtered.report!.suites).toMatchObject([{ name: 'grid', trees: { is_new: true } }])
  expect(filtered.report!.gate).toEqual({ status: 'passed', failures: [], notices: [] })
})

test('a suite that moved to another file is no news, and a prompt in a file is told from no change', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 1, per_token: 0, tokens: 24 } })
  const prompt = `async ({ generate }) =>
  (await generate({ prompt: readFileSync(new URL('prompt.md', import.meta.url), 'utf8') })).response`
  const kept = benchFile({ name: 'kept', agent: prompt, more: MORE })
  await using project = await createChange({
    'suites/kept.bench.ts': `import { readFileSync } from 'node:fs'\n${kept}`,
    'suites/prompt.md': 'Say this.',
    'suites/old.bench.ts': benchFile(shipping('moved', 1024)),
  })
  await project.repository.git('mv', 'suites/old.bench.ts', 'suites/place.bench.ts')
  await project.write({
    'suites/prompt.md': 'Say that.',
    'suites/fresh.bench.ts': benchFile(shipping('fresh', 1024)),
  })
  const { exitCode, report, output } = await project.bench([], {
    OLLAMA_HOST: server.url,
    CHIMERA_BASE: 'main',
  })
  const suiteOf = (name: string) => report!.suites.find((one) => one.name === name)!
  expect(suiteOf('kept').warnings, output).toContainEqual({
    code: 'same_code',
    message: expect.stringContaining('Their requests differ') as string,
  })
  expect(suiteOf('moved')).toMatchObject({ trees: { is_new: true } })
  // What head has besides is new, and passes.
  expect(report!.gate).toMatchObject({
    status: 'inconclusive',
    failures: [],
    notices: [
      {
        suite: 'moved',
        message: expect.stringContaining('"suites/old.bench.ts", which head lacks: if the suite'),
      },
      { suite: '', message: expect.stringMatching(/^suites\/old\.bench\.ts exists at base/) },
    ],
  })
  expect(exitCode).toBe(0)
})

test('a removed bench file is told by the project that had it, one outside of a sparse checkout is not', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 1, per_token: 0, tokens: 24 } })
  const config = (body: string): string => `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
export default defineConfig(${body})
`
  const inner = config(`{ plugins: [chimera()], test: { benchmark: { includeSource: ['src/**/*.ts'] } } }`)
  await using project = await createChange({
    'vitest.config.ts': config(`{ test: { projects: ['packages/*'] } }`),
    'packages/a/vitest.config.ts': inner,
    'packages/a/suites/kept.bench.ts': benchFile(shipping('kept', 1024)),
    'packages/a/suites/gone.bench.ts': benchFile(shipping('gone', 1024)),
    'packages/a/src/in-source.ts': 'if (import.meta.vitest) throw new Error()\n',
    'packages/a/src/plain.ts': 'export {}\n',
    'packages/a/src/empty.ts': '',
    'packages/b/vitest.config.ts': inner,
    'packages/b/suites/gone.bench.ts': benchFile(shipping('gone', 1024)),
    'packages/b/apart/far.bench.ts': benchFile(shipping('far', 1024)),
  })
  const { git } = project.repository
  await git('sparse-checkout', 'set', '--cone', '--sparse-index', 'packages/a', 'packages/b/suites')
  await git('rm', '--quiet', 'packages/*/gone.bench.ts', 'packages/a/src/*.ts')
  const { exitCode, report, output } = await project.bench([], {
    OLLAMA_HOST: server.url,
    CHIMERA_BASE: 'main',
  })
  expect(
    report?.suites.map(({ name }) => name),
    output,
  ).toEqual(['kept'])
  expect(report!.gate).toEqual({
    status: 'passed',
    failures: [],
    notices: [
      'packages/a/src/in-source.ts',
      'packages/a/suites/gone.bench.ts',
      'packages/b/suites/gone.bench.ts',
    ].map((file) => ({
      suite: '',
      message: `${file} exists at base but not at head, so nothing of it was measured.`,
    })),
  })
  expect(exitCode).toBe(0)
})
