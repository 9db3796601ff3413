/** A canary goes in by every way there is, and is searched for in every byte that the run writes. */
import { createServer } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { createFixture } from './fixture.ts'

/** By way in: what must not come out. */
const CANARIES = {
  ollama_host: 'canary-1-environment',
  arm_host: 'canary-2-arm',
  bad_host: 'canary-3-bad',
  redirect: 'canary-4-location',
  redirect_query: 'canary-5-query',
  server_error: 'canary-6-echo',
  agent_error: 'canary-7-thrown',
  agent_cause: 'canary-8-cause',
  arm_secret: 'canary-9-environment',
  plugin_secret: 'canary-10-environment',
  module_error: 'canary-11-import',
  rejection: 'canary-12-rejection',
  check: 'canary-13-check',
  output: 'canary-14-output',
  own_words: 'canary-15-own-words',
  member: 'canary-16-member',
  check_name: 'canary-17-check-name',
  stage: 'canary-18-stage',
  agent_name: 'canary-19-agent',
  stream_error: 'canary-20-stream',
  done_reason: 'canary-21-done',
  warning: 'canary-22-served',
} as const

const bench = (name: string, agent: string, arm = '{}', more = ''): [string, string] => [
  `suites/${name}.bench.ts`,
  `import { agentBench } from 'vitest-chimera'
const arm = { name: 'baseline', model: 'tiny', ...${arm} }
const call = (generate) => generate({ prompt: 'x' })
agentBench('${name}', ${agent}, {
  baseline: arm, candidate: { ...arm, name: 'candidate' }, compare: 'hosts', blocks: { min: 6, max: 6 }, ${more}
})
`,
]

/** Redirects, says what it was sent, breaks a stream off with an error, or answers under another name. */
async function startTalkative(): Promise<AsyncDisposable & { port: number }> {
  const { redirect, redirect_query: query, server_error: echo, ...c } = CANARIES
  const model = { name: 'tiny:latest', model: 'tiny:latest', digest: '0'.repeat(64) }
  const facts: Record<string, object> = {
    version: { version: '0.24.0' },
    tags: { models: [model] },
    ps: { models: [model] },
    show: { details: {}, model_info: {} },
  }
  const last = { done: true, prompt_eval_count: 1, eval_count: 1, prompt_eval_duration: 1, eval_duration: 1 }
  const replies: Record<string, object[]> = {
    '/torn/api/generate': [{ response: 'a' }, { error: `sent Bearer ${c.stream_error}.1234567890` }],
    '/served/api/generate': [
      { response: 'a' },
      {
        model: `http://me:${c.warning}@h/tiny`,
        response: '',
        ...last,
        done_reason: `//me:${c.done_reason}@h`,
      },
    ],
  }
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/moved') === true)
      return response
        .writeHead(302, { location: `https://me:${redirect}@elsewhere/?a=1&api_key=${query}` })
        .end()
    const fact = facts[/^\/(?:torn|served)\/api\/(\w+)$/.exec(request.url ?? '')?.[1] ?? '']
    if (fact !== undefined) return response.end(JSON.stringify(fact))
    const reply = replies[request.url ?? '']
    if (reply !== undefined) return response.end(reply.map((one) => `${JSON.stringify(one)}\n`).join(''))
    return response
      .writeHead(500)
      .end(JSON.stringify({ error: `no: {"authorization":"Bearer ${echo}"}, X-Api-Key: ${echo}` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

let written: [string, string][]
/** The credentials of every request to the server. */
let sent: unknown[]

beforeAll(async () => {
  const c = CANARIES
  await using server = await startScriptedOllama({ call: { ttft: 5, per_token: 0.5, tokens: 20 } })
  await using talkative = await startTalkative()
  const place = server.url.slice('http://'.length)
  const run = `async ({ generate }) => (await call(generate)).response`
  await using project = await createFixture({
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
export default defineConfig({ plugins: [chimera({ secrets: ['PLUGIN_SECRET'] })] })
`,
    ...Object.fromEntries([
      bench(
        'plain',
        `async ({ generate }) => { const { mkdirSync, readFileSync, readdirSync, writeFileSync } = await import('node:fs')
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)) : []
  const lines = pids.flatMap((pid) => { try { return readFileSync('/proc/' + pid + '/cmdline', 'utf8') } catch { return [] } })
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/processes.txt', lines.join('\\n'))
  return (await call(generate)).response + process.env.OLLAMA_HOST }`,
      ),
      bench('arm-host', run, `{ host: 'http://me:${c.arm_host}@${place}' }`),
      bench('bad-host', run, `{ host: 'ftp://me:${c.bad_host}@elsewhere' }`),
      bench('moved', run, `{ host: 'http://127.0.0.1:${talkative.port}/moved' }`),
      bench('echo', run, `{ host: 'http://127.0.0.1:${talkative.port}' }`),
      bench(
        'thrown',
        `async ({ generate }) => { await call(generate); throw new Error('GET https://me:${c.agent_error}@h failed', { cause: new Error('token=x&secret=${c.agent_cause}') }) }`,
      ),
      bench(
        'named',
        `async ({ generate, stage }) => { const { ARM_SECRET: a, PLUGIN_SECRET: b } = process.env; await stage('stage ' + a, () => call(generate)); return { [a]: b, text: a + b } }`,
        `{ secrets: ['ARM_SECRET'] }`,
      ),
      bench(
        'checked',
        run,
        '{}',
        `checks: [function own() { return 'POST https://me:${c.check}@h/?password=${c.check}' }],`,
      ),
      bench(
        'output',
        `async ({ generate }) => { await call(generate); return { headers: { authorization: '${c.output}' }, url: '//me:${c.output}@h' } }`,
      ),
      bench(
        'words',
        `async ({ generate }) => { await call(generate); const { ARM_SECRET: a } = process.env; return { reason: a, deep: [{ kind: a, metric: [a] }], access_token: ['${c.member}'], phase: '//me:${c.own_words}@h' } }`,
        `{ secrets: ['ARM_SECRET'] }`,
        `checks: [Object.assign(() => undefined, { checkName: 'of //me:${c.check_name}@h' })],`,
      ),
      bench(
        'team',
        `async ({ as }) => as('//me:${c.agent_name}@h', ({ stage, generate }) => stage('//me:${c.stage}@h', () => call(generate)))`,
      ),
      bench('torn', run, `{ host: 'http://127.0.0.1:${talkative.port}/torn' }`),
      bench('served', run, `{ host: 'http://127.0.0.1:${talkative.port}/served' }`),
      bench(
        'rejects',
        `async ({ generate }) => { await call(generate); void Promise.reject(new Error('https://me:${c.rejection}@h')) }`,
      ),
    ]),
    // In two pieces, or Vitest's excerpt of the source would show it.
    'suites/import.bench.ts': `throw new Error('https://me:' + '${c.module_error.slice(0, 9)}' + '${c.module_error.slice(9)}@h')\n`,
  })
  const { output } = await project.bench([], {
    OLLAMA_HOST: `http://me:${c.ollama_host}@${place}`,
    ARM_SECRET: c.arm_secret,
    PLUGIN_SECRET: c.plugin_secret,
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(project.dir, 'reports/summary.md'),
  })
  const files = await readdir(join(project.dir, 'reports'), { recursive: true, withFileTypes: true })
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  sent = server.requests.map(({ headers }) => headers.authorization)
  written = [
    ['terminal', output],
    ...(await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [
        path,
        `${path}\n${await readFile(path, 'utf8')}`,
      ]),
    )),
  ]
})

test('every suite has left its trace', () => {
  const names = written.map(([path]) => path.split('/reports/').at(-1))
  expect(names).toEqual(
    expect.arrayContaining([
      'report.json',
      'report.md',
      'report.html',
      'summary.json',
      'trials.jsonl',
      'trace.json',
      'summary.md',
      'processes.txt',
      'terminal',
    ]),
  )
  const report = written.find(([path]) => path.endsWith('report.json'))![1]
  const reported = [
    'it redirects to https://***@elsewhere',
    'GET https://***@h failed',
    'Invalid host',
    'sent Bearer ***',
    'http://***@h/tiny',
  ]
  expect(reported.filter((said) => !report.includes(said))).toEqual([])
  const trials = written.find(([path]) => path.endsWith('trials.jsonl'))![1]
  const recorded = [
    '"reason":"***","deep":[{"kind":"***","metric":["***"]}],"access_token":["***"],"phase":"//***@h"',
    '"name":"of //***@h"',
    '"agent":"//***@h"',
    '"done_reason":"//***@h"',
  ]
  expect(recorded.filter((said) => !trials.includes(said))).toEqual([])
  expect(written.some(([path]) => path.includes('agents/'))).toBe(true)
})

test('credentials of an address are sent, and to its server alone', () => {
  const { ollama_host: run, arm_host: arm } = CANARIES
  expect(new Set(sent)).toEqual(new Set([run, arm].map((secret) => `Basic ${btoa(`me:${secret}`)}`)))
})

test.each(Object.entries(CANARIES))('%s', (_, canary) => {
  const leaks = written.flatMap(([path, text]) => {
    const at = text.search(
      new RegExp([canary, btoa(canary), btoa(`me:${canary}`)].join('|').replaceAll('=', '')),
    )
    return at < 0 ? [] : `${path}: ${text.slice(Math.max(0, at - 100), at + 60)}`
  })
  expect(leaks).toEqual([])
})
