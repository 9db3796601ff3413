import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { describeEnvironment } from './environment.ts'

let dir: string
const git = (...args: string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=t', '-c', 'user.email=t@t.example', '-c', 'init.defaultBranch=main', ...args],
    { cwd: dir, encoding: 'utf8' },
  ).trim()
const describeHere = () => describeEnvironment(dir, '5.1.1', undefined)

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chimera-environment-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
afterEach(() => vi.unstubAllEnvs())

test('node, vitest, machine, CI and overhead', async () => {
  vi.stubEnv('CI', 'true')
  // Which GPUs there are is this machine's affair.
  const { gpu: _, ...found } = await describeEnvironment(dir, '5.1.1', 0.25)
  expect(found).toEqual({
    node: process.versions.node,
    vitest: '5.1.1',
    os: expect.stringMatching(/^\w+ .* (x64|arm64)$/),
    cpu: expect.stringMatching(/\(\d+ logical\)$/),
    ci: true,
    harness_overhead_ms: 0.25,
  })
})

test.each(['', '0', 'false', 'FALSE'])(
  'CI=%s is no CI, and what was not measured is absent',
  async (value) => {
    vi.stubEnv('CI', value)
    const found = await describeHere()
    expect(found.ci).toBe(false)
    expect(found).not.toHaveProperty('harness_overhead_ms')
  },
)

describe('the checkout', () => {
  test('is absent outside a repository, in one without a commit, and without git', async () => {
    vi.stubEnv('GIT_CEILING_DIRECTORIES', tmpdir())
    expect(await describeHere()).not.toHaveProperty('git')
    git('init', '--quiet')
    expect(await describeHere()).not.toHaveProperty('git')
    vi.stubEnv('PATH', '')
    expect(await describeHere()).not.toHaveProperty('git')
  })

  test('has a commit and a branch, and is clean or dirty', async () => {
    git('commit', '--quiet', '--allow-empty', '-m', 'first')
    const sha = git('rev-parse', 'HEAD')
    expect((await describeHere()).git).toEqual({ sha, branch: 'main', dirty: false })
    await writeFile(join(dir, 'new.txt'), 'new')
    expect((await describeHere()).git).toEqual({ sha, branch: 'main', dirty: true })
  })

  test('is read as it is, and its index is left as it was', async () => {
    await writeFile(join(dir, 'old.txt'), 'old')
    git('add', 'old.txt')
    git('commit', '--quiet', '-m', 'second')
    git('config', 'status.showUntrackedFiles', 'no')
    expect((await describeHere()).git).toMatchObject({ dirty: true })
    await rm(join(dir, 'new.txt'))
    // A plain `git status` writes what it learns of this time into the index.
    await utimes(join(dir, 'old.txt'), 1, 1)
    const index = await readFile(join(dir, '.git/index'))
    expect((await describeHere()).git).toMatchObject({ dirty: false })
    expect(await readFile(join(dir, '.git/index'))).toEqual(index)
  })

  test('has no branch when it is detached, as CI makes it', async () => {
    git('checkout', '--quiet', '--detach')
    expect((await describeHere()).git).toEqual({ sha: git('rev-parse', 'HEAD'), dirty: false })
  })
})
