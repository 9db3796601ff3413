import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { startForge, type Forge } from '../../test/support/forge.ts'
import { sampleRun, type sampleRuns } from '../../test/support/sample-runs.ts'
import type { Report } from '../schema/generated.ts'
import { run } from './command.ts'
import { completeCheck, githubFrom, openCheck } from './github.ts'
import { checkOf } from './check.ts'
import { ApiError, retrying } from './http.ts'
import { publishing } from './outcome.ts'

let forge: Forge
let folder: string

beforeEach(async ({ onTestFinished: finished }) => {
  forge = await startForge(finished)
  folder = await mkdtemp(join(tmpdir(), 'chimera-publish-'))
  finished(() => rm(folder, { recursive: true, force: true }))
  finished(() => void vi.unstubAllEnvs())
  await writeFile(
    join(folder, 'event.json'),
    JSON.stringify({ pull_request: { number: 7, head: { sha: 'abc123' } } }),
  )
  for (const name of Object.keys(process.env).filter((name) => /^(GITHUB_|GH_|GITLAB_|CI_)/.test(name)))
    vi.stubEnv(name, undefined)
  vi.stubEnv('GITHUB_API_URL', forge.url)
  vi.stubEnv('GITHUB_REPOSITORY', 'owner/name')
  vi.stubEnv('GITHUB_EVENT_PATH', join(folder, 'event.json'))
  vi.stubEnv('GITHUB_TOKEN', 'secret-token')
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(folder, 'summary.md'))
  await keep('regressed')
})

async function keep(name: (typeof sampleRuns)[number]): Promise<void> {
  await writeFile(join(folder, 'report.json'), JSON.stringify(sampleRun(name).report))
}

/** The regressed run, whose second suite ended without a verdict: its run was interrupted, or its worker was lost. */
function unfinished(status: Report['status']): Report {
  const { report } = sampleRun('regressed')
  const failures = [...report.gate.failures, { suite: 'second', message: 'ended before a verdict' }]
  return { ...report, status, gate: { ...report.gate, failures } }
}

async function comment(...args: string[]) {
  const lines: string[] = []
  const io = {
    stdout: (text: string) => void lines.push(text),
    stderr: (text: string) => void lines.push(text),
  }
  const code = await run([...args, folder], io)
  return { code, output: lines.join('\n') }
}

describe('a comment on GitHub', () => {
  test('is created once and updated by later runs', async () => {
    forge.comments.push({ id: 1, body: 'LGTM' }, { id: 2, body: 'x' }, { id: 3, body: 'y' })
    expect(await comment('--github')).toEqual({ code: 0, output: 'Comment created: https://forge.test/4' })
    await keep('embedded')
    expect((await comment('--github')).output).toBe('Comment updated: https://forge.test/4')
    await comment('--github')
    expect(forge.comments).toHaveLength(4)
    expect(forge.comments[3]?.['body']).toMatch(/^<!-- vitest-chimera:bench -->\n/)
    expect(forge.comments.slice(0, 3).map(({ body }) => body)).toEqual(['LGTM', 'x', 'y'])
  })

  test('of another workflow is another comment', async () => {
    await comment('--github')
    await comment('--github', '--key', 'gpu')
    expect(forge.comments).toHaveLength(2)
  })

  test('goes to the step summary where the token may only read', async () => {
    forge.readOnly = true
    const { code, output } = await comment('--github')
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('may not write comments') })
    expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('Regressed')
  })

  test('says that a regression was accepted by a label', async () => {
    await comment('--github', '--accept', 'bench: accept')
    expect(forge.comments[0]?.['body']).not.toContain('Accepted')
    forge.labels.push('bench: accept')
    await comment('--github', '--accept', 'bench: accept')
    expect(forge.comments[0]?.['body']).toContain('**Accepted** by the label `bench: accept`.')
    await writeFile(join(folder, 'report.json'), JSON.stringify(unfinished('interrupted')))
    await comment('--github', '--accept', 'bench: accept')
    expect(forge.comments[0]?.['body']).not.toContain('Accepted')
  })

  test('finds the pull request by its head commit', async () => {
    vi.stubEnv('GITHUB_EVENT_PATH', undefined)
    await expect(comment('--github')).rejects.toThrow('The pull request is unknown')
    expect((await comment('--github', '--sha', 'abc123')).code).toBe(0)
    expect(forge.requests.at(-1)).toBe('POST /repos/owner/name/issues/7/comments')
  })

  test('has no markup of a suite that it did not write itself', async () => {
    await keep('hostile')
    await comment('--github')
    expect(forge.comments[0]?.['body']).not.toMatch(/(?<!\\)<(?!!-- )/)
  })

  test('is refused where a unit is a text of its own', async () => {
    const { report } = sampleRun('regressed')
    const hostile = JSON.stringify(report).replaceAll('"unit":"tok/s"', '"unit":"tok/s\\n\\n# @team"')
    await writeFile(join(folder, 'report.json'), hostile)
    await expect(comment('--github')).rejects.toThrow('Expected one of ms, tok/s, fraction, x, count')
    expect(forge.comments).toEqual([])
  })

  test('with a token that is no longer valid ends with its cure', async () => {
    vi.stubEnv('GITHUB_TOKEN', 'expired')
    await expect(comment('--github')).rejects.toThrow('GitHub does not accept the token in GITHUB_TOKEN')
  })
})

describe('a note on GitLab', () => {
  beforeEach(() => {
    vi.stubEnv('CI_API_V4_URL', forge.url)
    vi.stubEnv('CI_PROJECT_ID', '42')
    vi.stubEnv('CI_MERGE_REQUEST_IID', '7')
    vi.stubEnv('GITLAB_TOKEN', 'secret-token')
  })

  test('is created once and updated by later runs', async () => {
    await comment('--gitlab')
    await comment('--gitlab')
    await comment('--gitlab')
    expect(forge.comments).toHaveLength(1)
    expect(forge.requests.filter((one) => !one.startsWith('GET'))).toEqual([
      'POST /projects/42/merge_requests/7/notes',
      'PUT /projects/42/merge_requests/7/notes/1',
      'PUT /projects/42/merge_requests/7/notes/1',
    ])
  })

  test('without a token names the variable', async () => {
    vi.stubEnv('GITLAB_TOKEN', '')
    await expect(comment('--gitlab')).rejects.toThrow('Expected it in GITLAB_TOKEN')
  })
})

describe('a check', () => {
  const texts = { summary: 'summary', root: '/repo/app', top: '/repo' }

  test('is opened on the head commit of the pull request, once for a run, and completed', async () => {
    const github = githubFrom(process.env)
    const { id } = await openCheck(github, 'bench')
    expect(await openCheck(github, 'bench')).toMatchObject({ id })
    expect(forge.checks).toMatchObject([{ head_sha: 'abc123', status: 'in_progress' }])
    await completeCheck(github, id, checkOf(sampleRun('regressed').report, texts, { exitCode: 1 }))
    expect(forge.checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }])
  })

  test.each([
    ['regressed', 1, undefined, 'failure'],
    ['regressed', 0, 'bench: accept', 'neutral'],
    ['invalid', 1, undefined, 'failure'],
    ['embedded', 1, undefined, 'failure'],
  ] as const)(
    'of a %s run with exit code %i and label %s concludes %s',
    (name, exitCode, acceptedBy, conclusion) => {
      expect(checkOf(sampleRun(name).report, texts, { exitCode, acceptedBy }).conclusion).toBe(conclusion)
    },
  )

  test.each([
    ['interrupted', 'cancelled'],
    ['complete', 'failure'],
  ] as const)('of a %s run with more than comparisons to accept concludes %s', (status, conclusion) => {
    const { title, ...check } = checkOf(unfinished(status), texts, {
      exitCode: 1,
      acceptedBy: 'bench: accept',
    })
    expect(check.conclusion).toBe(conclusion)
    expect(title).not.toContain('accepted')
  })

  test('without a report is a failure', () => {
    expect(checkOf(undefined, texts, { exitCode: 0 }).conclusion).toBe('failure')
  })

  test('has an annotation at the suite for each failure', () => {
    const { annotations } = checkOf(sampleRun('regressed').report, texts, { exitCode: 1 })
    expect(annotations[0]).toMatchObject({ path: 'app/suites/report-agent/chimera.bench.ts', line: 1 })
  })
})

describe('what a gate leaves', () => {
  const gate = async (exitCode: number, accept?: string) => {
    const said: string[] = []
    const texts = { reports: folder, top: folder, say: (text: string) => void said.push(text) }
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'outputs'))
    const { finish } = await publishing({ check: true, accept, ...texts }, process.env)
    return { code: await finish(exitCode), said: said.join('\n') }
  }

  test('is a failed check, the exit code of the run, and outputs for the workflow', async () => {
    expect(await gate(1, 'bench: accept')).toEqual({ code: 1, said: '' })
    expect(forge.checks).toMatchObject([{ conclusion: 'failure' }])
    const outputs = await readFile(join(folder, 'outputs'), 'utf8')
    expect(outputs).toContain('verdict=regressed\n')
    expect(outputs).toContain(`report-path=${join(folder, 'report.md')}\n`)
    expect(outputs).toContain('check-url=https://forge.test/1\n')
  })

  test('is a neutral check and exit code 0 where a label accepts the regression', async () => {
    forge.labels.push('bench: accept')
    const { code, said } = await gate(1, 'bench: accept')
    expect(code).toBe(0)
    expect(said).toContain('the regression is accepted')
    expect(forge.checks).toMatchObject([{ conclusion: 'neutral' }])
  })

  test.each([
    ['that is invalid', sampleRun('invalid').report, 'failure'],
    ['that was interrupted after a regression', unfinished('interrupted'), 'cancelled'],
    ['with a suite without a verdict', unfinished('complete'), 'failure'],
  ])('is the exit code of a run %s: a label cannot accept it', async (_, report, conclusion) => {
    forge.labels.push('bench: accept')
    await writeFile(join(folder, 'report.json'), JSON.stringify(report))
    expect((await gate(1, 'bench: accept')).code).toBe(1)
    expect(forge.checks).toMatchObject([{ conclusion }])
  })

  test('is the exit code alone where the token may only read', async () => {
    forge.readOnly = true
    const { code, said } = await gate(1)
    expect(code).toBe(1)
    expect(said).toContain('may not write a check')
  })

  test('is a failed check where the run wrote no report, though an old one is there', async () => {
    await utimes(join(folder, 'report.json'), 1, 1)
    expect((await gate(0)).code).toBe(0)
    expect(forge.checks).toMatchObject([
      { conclusion: 'failure', output: { title: expect.stringContaining('No report') } },
    ])
  })
})

describe('a service that fails', () => {
  const api = {
    service: 'GitHub',
    url: 'http://127.0.0.1:9',
    headers: {},
    tokenFrom: 'GITHUB_TOKEN',
  } as const

  test.each([
    ['503', { status: 503 }],
    ['a rate limit', { status: 429, headers: { 'retry-after': '0' } }],
    ['a secondary rate limit', { status: 403, headers: { 'retry-after': '0' } }],
  ])('with %s is asked again, and the comment is not repeated', async (_, refusal) => {
    await comment('--github')
    forge.refusals.push(refusal)
    await comment('--github')
    expect(forge.comments).toHaveLength(1)
  })

  test('is not waited for longer than a minute', async () => {
    const waits: number[] = []
    const sleep = async (ms: number): Promise<void> => void waits.push(ms)
    const limited = (): Promise<never> => Promise.reject(new ApiError(429, 'slow down', 3_600_000))
    await expect(retrying(api, 'the comment', limited, sleep)).rejects.toThrow('with status 429')
    expect(waits).toEqual([])
  })

  test('is given up after five tries', async () => {
    const waits: number[] = []
    const sleep = async (ms: number): Promise<void> => void waits.push(ms)
    const down = (): Promise<never> => Promise.reject(new ApiError(502, 'bad gateway', 0))
    await expect(retrying(api, 'the comment', down, sleep)).rejects.toThrow(
      'the comment with status 502 (bad gateway)',
    )
    expect(waits).toEqual([1000, 2000, 4000, 8000])
  })
})

test.each([
  [[], 'Expected one of --github and --gitlab'],
  [['--github', '--gitlab'], 'Expected one of --github and --gitlab'],
  [['--github', '--key', 'a b'], 'Expected a --key'],
  [['--nothing'], '--help'],
])('%j is refused', async (args, message) => {
  await expect(comment(...args)).rejects.toThrow(message)
})
