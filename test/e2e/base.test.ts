/** Base and head in one worker: a bench file of each, through Vitest's own module runner. */
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createRepository, npm, repositoryAt, type TestRepository } from '../support/repository.ts'
import { runVitest } from './fixture.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const door = JSON.stringify(join(repository, 'dist/base/index.js'))

/** Vitest's config of a project that aliases its source by an absolute path, as most do. */
const CONFIG = `import { defineConfig } from 'vitest/config'
import { join } from 'node:path'
import { basePlugin, prepareBase } from ${door}
const { base } = await prepareBase({ root: import.meta.dirname, ref: 'main', env: {} })
const leak = {
  name: 'leak',
  resolveId: (id) => (id === 'virtual:leak' ? '\\0leak' : undefined),
  load: (id) => (id === '\\0leak' ? 'export { word } from ' + JSON.stringify(join(import.meta.dirname, 'src/word.ts')) : undefined),
}
export default defineConfig({
  plugins: [leak, basePlugin(() => base)],
  resolve: { alias: { '@': join(import.meta.dirname, 'src') } },
  // As the plugin has it: this package is Node's to load, in one copy.
  test: { include: ['probe.test.ts'], provide: { base }, server: { deps: { external: [/\\/dist\\/.*\\.js$/] } } },
})
`

/** Loads base's counterpart of a bench file and writes down what came of it. */
const PROBE = `import { writeFileSync } from 'node:fs'
import { expect, inject, test, vi } from 'vitest'
import { loadBase, loadedFrom, proveGraph } from ${door}
import { agent } from './suites/agent.ts'
test('probe', async () => {
  const modules = globalThis.__vitest_worker__.evaluatedModules
  const base = inject('base')
  const out = { head: await agent() }
  try {
    const load = () => loadBase(base, process.cwd() + '/suites/a.bench.ts', { load: (path) => vi.importActual(path), modules })
    const loaded = await load()
    expect((await load())?.definitions).toEqual(loaded?.definitions)
    out.definitions = loaded?.definitions.map(({ name, definition }) => [name, definition.options.baseline.name])
    out.base = await loaded?.definitions[0].agent()
    if (loaded) {
      const head = loadedFrom(import.meta.filename, modules).filter((id) => !id.endsWith('probe.test.ts'))
      out.proof = await proveGraph(base, { base: loaded.modules(), head })
    }
  } catch (error) {
    out.error = error.message
  }
  writeFileSync('out.json', JSON.stringify(out))
})
`

const BENCH = `import { agentBench } from 'vitest-chimera'
import { beforeAll, describe, test } from 'vitest'
import { agent } from './agent'
beforeAll(() => { throw new Error('not to be run') })
test('not to be registered', () => {})
describe.each([1])('all', (n) => {
  agentBench('one ' + n, agent as never, { baseline: { name: 'small', model: 'm' }, candidate: { name: 'large', model: 'm' } })
})
`

const AGENT = `import { word } from '@/word'
import { word as rooted } from '/src/word'
import { lib } from 'lib'
import text from '../prompts/a.md?raw'
enum Kind { Typed = 'typed' }
const prompts = import.meta.glob('../prompts/*.md')
export const agent = async () =>
  [word, rooted, lib, text.trim(), Kind.Typed, Object.keys(prompts).length, (await import('./later.ts')).later, "import x from 'vitest'"].join(' ')
`

const FILES: Record<string, string> = {
  '.gitignore': 'node_modules\nout.json\n',
  'vitest.config.ts': CONFIG,
  'probe.test.ts': PROBE,
  'suites/a.bench.ts': BENCH,
  'suites/agent.ts': AGENT,
  'suites/later.ts': "export const later = 'old'",
  'src/word.ts': "export const word = 'old'",
  'src/same.ts': 'export const same = 1',
  'packages/lib/index.ts': "export const lib = 'old'",
  'packages/lib/package.json': JSON.stringify({ name: 'lib', type: 'module', exports: './index.ts' }),
  'prompts/a.md': 'old',
}

/** The same project in a folder of its repository, whose packages are those of the top level. */
const NESTED = Object.fromEntries(
  Object.entries(FILES).map(([path, text]) => [path.startsWith('packages/') ? path : `app/${path}`, text]),
)

/** A project on `main`, with the branch `change` checked out, and a workspace's link in its node_modules. */
async function project(files: Record<string, string> = {}, all = FILES): Promise<TestRepository> {
  const made = await createRepository(join(repository, 'test/.tmp'))
  onTestFinished(() => made[Symbol.asyncDispose]())
  await made.commit({ ...all, ...files })
  await made.git('checkout', '--quiet', '-b', 'change')
  await mkdir(join(made.dir, 'node_modules'))
  await symlink('../packages/lib', join(made.dir, 'node_modules/lib'))
  return made
}

const CHANGED = {
  'src/word.ts': "export const word = 'new'",
  'suites/later.ts': "export const later = 'new'",
  'packages/lib/index.ts': "export const lib = 'new'",
  'prompts/a.md': 'new',
  'prompts/b.md': 'new',
}

/** What the agent says of its own modules on either side. */
const HEAD = "new new new new typed 2 new import x from 'vitest'"
const BASE = "old old old old typed 1 old import x from 'vitest'"

interface Probed {
  head: string
  base?: string
  definitions?: unknown[]
  proof?: { modules: number; changed: string[] }
  error?: string
}

async function probe({ dir: top }: TestRepository, place = ''): Promise<Probed> {
  const dir = join(top, place)
  const { output } = await runVitest(dir, ['run'], {})
  const text = await readFile(join(dir, 'out.json'), 'utf8').catch(() => expect.fail(output))
  return JSON.parse(text) as Probed
}

test('base runs base’s code and head head’s, whatever leads from one to the other', async () => {
  const made = await project()
  await made.write(CHANGED)
  const before = await made.state()
  const { head, base, definitions, proof, error } = await probe(made)
  expect(error).toBeUndefined()
  expect([head, base]).toEqual([HEAD, BASE])
  expect(definitions).toEqual([['one 1', 'small']])
  // The bench file of head is loaded by Vitest, not by this probe; agent.ts is the same on both sides.
  expect(proof).toEqual({
    modules: 6,
    changed: ['packages/lib/index.ts', 'prompts/a.md', 'src/word.ts', 'suites/later.ts'],
  })
  await rm(join(made.dir, 'out.json'))
  expect(await made.state()).toBe(before)
})

test('names of Vitest that are global register nothing at base either, and are head’s again after it', async () => {
  const made = await project({
    'vitest.config.ts': CONFIG.replace('test: {', 'test: { globals: true,'),
    'suites/a.bench.ts': BENCH.replace(/^import .* from 'vitest'\n/m, ''),
    'probe.test.ts': PROBE.replace("test('probe'", "const own = describe\ntest('probe'")
      .replace("import { expect, inject, test, vi } from 'vitest'", "import { inject } from 'vitest'")
      .replace('out.base =', 'expect(globalThis.describe).toBe(own)\n    out.base ='),
  })
  const { definitions, base, error } = await probe(made)
  expect([error, base]).toEqual([undefined, BASE])
  expect(definitions).toEqual([['one 1', 'small']])
})

/** As vite-tsconfig-paths does: an alias of the files that a tsconfig.json of head includes. */
const OF_FILES = `const ofFiles = {
  name: 'of-files',
  enforce: 'pre',
  resolveId: (id, importer) => (id.startsWith('@/') && importer?.startsWith(join(import.meta.dirname, 'suites')) ? join(import.meta.dirname, 'src', id.slice(2) + '.ts') : undefined),
}
export default`

test('an alias of some files of head is one of the same files of base', async () => {
  const config = CONFIG.replace(/\n {2}resolve: .*/, '')
    .replace('export default', OF_FILES)
    .replace('[leak,', '[leak, ofFiles,')
  const made = await project({ 'vitest.config.ts': config })
  await made.write(CHANGED)
  const { head, base, error } = await probe(made)
  expect([head, base, error]).toEqual([HEAD, BASE, undefined])
})

test('an environment of a browser loads base too, and what Vite denies it there is named', async () => {
  const CLIENT = CONFIG.replace('test: {', "test: { environment: './environment.ts',")
  const files = {
    'vitest.config.ts': CLIENT,
    // What jsdom and happy-dom are for Vite.
    'environment.ts':
      "export default { name: 'own', viteEnvironment: 'client', setup: () => ({ teardown() {} }) }",
  }
  const raw = await project(files)
  await raw.write(CHANGED)
  expect((await probe(raw)).error).toMatch(
    /a\.bench\.ts could not be loaded from base: Denied ID .*a\.md\?raw\. .*@vitest-environment node.*server\.fs\.strict/,
  )
  await raw.write({
    'vitest.config.ts': CLIENT.replace('test: {', 'server: { fs: { strict: false } }, test: {'),
  })
  expect(await probe(raw)).toMatchObject({ head: HEAD, base: BASE })

  const plain = await project({
    ...files,
    'suites/agent.ts': AGENT.replace("a.md?raw'", "a.ts'"),
    'prompts/a.ts': "export default 'old'",
  })
  await plain.write({ ...CHANGED, 'prompts/a.ts': "export default 'new'" })
  expect(await probe(plain)).toMatchObject({ head: HEAD, base: BASE })
})

test('it is the same in a linked worktree, whose git directory is elsewhere', async () => {
  const made = await project()
  const linked = repositoryAt(`${made.dir}-linked`)
  onTestFinished(() => linked[Symbol.asyncDispose]())
  await made.git('worktree', 'add', '--quiet', '-b', 'another', linked.dir)
  await mkdir(join(linked.dir, 'node_modules'))
  await symlink('../packages/lib', join(linked.dir, 'node_modules/lib'))
  await linked.write(CHANGED)
  const before = await linked.state()
  const { head, base, proof } = await probe(linked)
  expect([head, base]).toEqual([HEAD, BASE])
  expect(proof).toMatchObject({ modules: 6 })
  await rm(join(linked.dir, 'out.json'))
  expect(await linked.state()).toBe(before)
})

test('a module of head in base’s graph is refused by name', async () => {
  const made = await project({ 'src/word.ts': "export { word } from 'virtual:leak'" })
  await made.write(CHANGED)
  expect((await probe(made)).error).toMatch(
    /base arm loaded head's src\/word\.ts.*absolute path.*relative path/,
  )
})

test('a file that only head has is not found from base', async () => {
  const made = await project({ 'suites/later.ts': "export { late as later } from '@/late'" })
  await made.write({ ...CHANGED, 'src/late.ts': "export const late = 'head'" })
  expect((await probe(made)).error).toMatch(
    /Base's suites\/later\.ts imports "(@\/late|\/.*\/src\/late)", which leads to a file that only head has.*such as a built or generated one/,
  )
  await made.commit({
    'src/word.ts': "export { word } from './generated.ts'",
    '.gitignore': 'node_modules\nout.json\ngenerated.ts\n',
  })
  await made.git('branch', '--force', 'main')
  await made.write({ 'src/generated.ts': "export const word = 'head'" })
  expect((await probe(made)).error).toMatch(
    /could not be loaded from base: Cannot find module .*such as a built or generated one/,
  )
})

test('a bench file that throws at base, defines nothing there, or is new, is named', async () => {
  const made = await project({ 'suites/a.bench.ts': "throw new Error('broken at base')" })
  expect((await probe(made)).error).toMatch(
    /bench file suites\/a\.bench\.ts could not be loaded from base: broken at base/,
  )
  await made.commit({ 'suites/a.bench.ts': 'export const = 1' })
  await made.git('branch', '--force', 'main')
  expect((await probe(made)).error).toMatch(/could not be loaded from base: [^]*(Unexpected|Expected|Parse)/i)
  await made.commit({ 'suites/a.bench.ts': 'export {}' })
  await made.git('branch', '--force', 'main')
  expect((await probe(made)).error).toMatch(/a\.bench\.ts of base did not call agentBench/)
  await rm(join(made.dir, 'suites/a.bench.ts'))
  await made.commit({})
  await made.git('branch', '--force', 'main')
  await writeFile(join(made.dir, 'suites/a.bench.ts'), BENCH)
  const { error, definitions } = await probe(made)
  expect([error, definitions]).toEqual([undefined, undefined])
})

test('Vitest’s root may lie below the top level', async () => {
  const made = await project({ '.gitignore': 'node_modules\nout.json\n' }, NESTED)
  const moved = Object.entries(CHANGED).map(([path, text]) => [
    path.startsWith('packages/') ? path : `app/${path}`,
    text,
  ])
  await made.write(Object.fromEntries(moved) as Record<string, string>)
  const { head, base, proof, error } = await probe(made, 'app')
  expect(error).toBeUndefined()
  expect([head, base]).toEqual([HEAD, BASE])
  expect(proof?.changed).toEqual([
    'app/prompts/a.md',
    'app/src/word.ts',
    'app/suites/later.ts',
    'packages/lib/index.ts',
  ])
})

test('another Vitest in base’s packages is not loaded: the harness is head’s', async () => {
  const manifest = { name: 'app', version: '1.0.0', type: 'module', workspaces: ['packages/*'] }
  const made = await project({ 'package.json': JSON.stringify(manifest) })
  const other = { name: 'vitest', version: '4.0.0', exports: './index.js' }
  await made.write({
    'other/package.json': JSON.stringify(other),
    'other/index.js': "throw new Error('another major')",
    'package.json': JSON.stringify({ ...manifest, devDependencies: { vitest: 'file:vitest-4.0.0.tgz' } }),
  })
  await npm(made.dir, 'pack', './other')
  await npm(made.dir, 'install')
  await made.commit({})
  await made.git('branch', '--force', 'main')
  await made.write({ ...CHANGED, 'package.json': JSON.stringify(manifest) })
  await npm(made.dir, 'install')
  // A project with a manifest of its own finds this package where one installs it.
  await symlink(repository, join(made.dir, 'node_modules/vitest-chimera'))
  const { head, base, error } = await probe(made)
  expect([head, base, error]).toEqual([HEAD, BASE, undefined])
  const [tree = ''] = await readdir(join(made.dir, '.git/vitest-chimera/base'))
  const vitest = join(made.dir, '.git/vitest-chimera/base', tree, 'node_modules/vitest/package.json')
  expect(JSON.parse(await readFile(vitest, 'utf8'))).toEqual(other)
})

test('a link that leads from base’s packages into head is refused by name', async () => {
  const made = await project({ 'suites/later.ts': "export { lib as later } from 'wrapper'" })
  await made.write({
    ...CHANGED,
    'node_modules/wrapper/package.json': JSON.stringify({
      name: 'wrapper',
      type: 'module',
      exports: './index.js',
      dependencies: { lib: '*' },
    }),
    'node_modules/wrapper/index.js': "export { lib } from 'lib'",
  })
  expect((await probe(made)).error).toMatch(/package wrapper depends on head's packages\/lib.*relative path/)
})
