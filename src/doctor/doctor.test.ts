import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startScriptedOllama, type ScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { createRepository } from '../../test/support/repository.ts'
import { run } from './command.ts'
import { jitterFinding, jitterOf, loadFinding, throttleFinding } from './machine.ts'
import { serverFindings } from './server.ts'
import { ciFindings, gitFinding, satisfies, settingsFinding, versionFindings } from './setup.ts'

const marks = (findings: readonly { mark: string }[]): string[] => findings.map(({ mark }) => mark)

describe('versions', () => {
  test.each([
    ['22.12.0', '^22.12.0 || ^24.0.0 || >=26.0.0', true],
    ['22.11.9', '^22.12.0 || ^24.0.0 || >=26.0.0', false],
    ['23.9.0', '^22.12.0 || ^24.0.0 || >=26.0.0', false],
    ['27.0.0-nightly', '^22.12.0 || ^24.0.0 || >=26.0.0', true],
    ['5.1.1', '^5.1.0', true],
    ['6.0.0', '^5.1.0', false],
  ])('%s in %s: %s', (version, range, expected) => expect(satisfies(version, range)).toBe(expected))

  test('that do not fit fail, with the range to install', () => {
    expect(marks(versionFindings())).toEqual(['ok', 'ok'])
    const [node, vitest] = versionFindings('20.0.0', '4.0.0')
    expect(node).toMatchObject({ mark: 'fail', cure: expect.stringContaining('Install Node ^22.12.0') })
    expect(vitest).toMatchObject({ mark: 'fail', cure: expect.stringContaining('Install Vitest ^5') })
  })
})

test('variables are those that are set, or the fault of one', () => {
  expect(settingsFinding({ CHIMERA_SEED: '7' })).toEqual({ mark: 'ok', what: 'Variables: CHIMERA_SEED' })
  expect(settingsFinding({ CHIMERA_SEED: 'x' })).toMatchObject({
    mark: 'fail',
    what: expect.stringContaining('CHIMERA_SEED'),
  })
})

test('without a base a pull request fails, and other work is warned', async () => {
  await using repository = await createRepository()
  await repository.commit({ 'a.txt': 'a' })
  expect(await gitFinding(repository.dir, {})).toMatchObject({
    mark: 'warn',
    what: expect.stringContaining('no remote'),
  })
  expect((await gitFinding(repository.dir, { GITHUB_BASE_REF: 'main' })).mark).toBe('fail')
  await repository.git('remote', 'add', 'origin', '.')
  await repository.git('fetch', '--quiet', 'origin')
  expect(await gitFinding(repository.dir, {})).toMatchObject({
    mark: 'ok',
    what: expect.stringContaining('origin/main'),
  })
})

test('a token is looked for where CI has one', () => {
  expect(ciFindings({})).toEqual([])
  expect(marks(ciFindings({ GITHUB_ACTIONS: 'true' }))).toEqual(['warn'])
  expect(marks(ciFindings({ GITHUB_ACTIONS: 'true', GH_TOKEN: 'secret' }))).toEqual(['ok'])
  expect(JSON.stringify(ciFindings({ GITLAB_CI: 'true', GITLAB_TOKEN: 'secret' }))).not.toContain('secret')
})

test('a machine is noisy by its times, its load and its limits', () => {
  const steady = Array.from({ length: 100 }, (_, i) => 10 + (i % 2) * 0.1)
  expect(jitterFinding(jitterOf(steady)).mark).toBe('ok')
  const noisy = steady.map((time, i) => (i % 10 === 0 ? 2 * time : time))
  expect(jitterFinding(jitterOf(noisy))).toMatchObject({
    mark: 'warn',
    cure: expect.stringContaining('dedicated'),
  })
  expect([loadFinding(1, 2).mark, loadFinding(1.1, 2).mark]).toEqual(['ok', 'warn'])
  expect([throttleFinding(0).mark, throttleFinding(1).mark]).toEqual(['ok', 'warn'])
})

describe('a server', () => {
  let server: ScriptedOllama
  beforeEach(async () => void (server = await startScriptedOllama({ models: [{ name: 'gemma3' }] })))
  afterEach(() => server[Symbol.asyncDispose]())

  test('answers, and has a model or not', async () => {
    expect(marks(await serverFindings(server.url, ['gemma3', 'absent']))).toEqual(['ok', 'ok', 'fail'])
    expect(marks(await serverFindings(server.url, []))).toEqual(['ok', 'warn'])
  })

  test('that does not answer fails', async () => {
    const [finding] = await serverFindings('http://127.0.0.1:9', ['gemma3'])
    expect(finding).toMatchObject({ mark: 'fail', what: expect.stringContaining('ollama serve') })
  })
})

test('an option that is not there is refused', async () => {
  await expect(run(['--nothing'], { stdout: () => {}, stderr: () => {} })).rejects.toThrow('doctor --help')
})
