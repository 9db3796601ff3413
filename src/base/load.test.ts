/** A bench file of base yields what it defines, and registers nothing. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agentBench, agentSweep, type Agent } from '../index.ts'
import { loadBase, type Base, type Runner } from './index.ts'

let base: Base
beforeEach(async () => {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'chimera-load-')))
  const facts = { ref: 'main', sha: '1', head: { sha: '2', dirty: false }, place: '' }
  base = { ...facts, top, tree: join(top, '.git/vitest-chimera/base/one'), dependencies: 'linked' }
  for (const folder of [base.top, base.tree]) {
    await mkdir(join(folder, 'suites'), { recursive: true })
    await writeFile(join(folder, 'suites/a.bench.ts'), '')
  }
})
afterEach(() => rm(base.top, { recursive: true }))

const agent: Agent = async () => 'old'
const small = { name: 'small', model: 'm' }

/** A module runner whose file does what `evaluate` does. */
function runnerOf(evaluate: () => unknown): Runner & { loaded: string[] } {
  const loaded: string[] = []
  return {
    loaded,
    load: async (path) => {
      loaded.push(path)
      await evaluate()
    },
    modules: {
      getModuleById: (id) =>
        loaded.includes(id) ? { imports: new Set([join(dirname(id), 'agent.ts')]) } : undefined,
    },
  }
}

const head = () => join(base.top, 'suites/a.bench.ts')

test('every call is collected, in order, those after an await too, and the file is loaded once', async () => {
  const runner = runnerOf(async () => {
    agentBench('one', agent, { baseline: small, candidate: { ...small, name: 'large' } })
    await Promise.resolve()
    agentSweep('two', agent, { baseline: small, grid: { num_ctx: [1024, 2048] } })
  })
  const [first, second] = await Promise.all([loadBase(base, head(), runner), loadBase(base, head(), runner)])
  expect(first).toMatchObject({
    definitions: [
      { name: 'one', agent, definition: { kind: 'config', options: { baseline: small } } },
      { name: 'two', agent, definition: { kind: 'sweep' } },
    ],
  })
  expect(second).toBe(first)
  expect(runner.loaded).toEqual([join(base.tree, 'suites/a.bench.ts')])
  expect(first?.modules()).toEqual(['a.bench.ts', 'agent.ts'].map((name) => join(base.tree, 'suites', name)))
})

test('a file that base does not have is no failure', async () => {
  await rm(join(base.tree, 'suites/a.bench.ts'))
  expect(
    await loadBase(
      base,
      head(),
      runnerOf(() => {}),
    ),
  ).toBeUndefined()
})

test('without the graph of its modules nothing is proven, so nothing is loaded', async () => {
  const { load } = runnerOf(() => agentBench('one', agent, { baseline: small, candidate: small }))
  await expect(loadBase(base, head(), { load, modules: undefined })).rejects.toThrow(
    /did not say which modules/,
  )
})

test('a runner that does not list the file itself proves nothing either', async () => {
  const { load } = runnerOf(() => agentBench('one', agent, { baseline: small, candidate: small }))
  const modules = { getModuleById: () => undefined }
  await expect(loadBase(base, head(), { load, modules })).rejects.toThrow(/did not say which modules/)
})
