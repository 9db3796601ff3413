/** Which modules prove that base ran, which refute it, and which differ. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadedFrom, proveGraph } from './graph.ts'
import type { Base } from './base.ts'

let base: Base
beforeEach(async () => {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'chimera-graph-')))
  const tree = join(top, '.git/vitest-chimera/base/one')
  base = {
    ref: 'main',
    sha: '1',
    head: { sha: '2', dirty: false },
    top,
    place: '',
    tree,
    dependencies: 'linked',
  }
})
afterEach(() => rm(base.top, { recursive: true }))

/** Writes a file of the repository into both trees or one, and returns its paths. */
async function write(
  place: string,
  texts: { head?: string; base?: string },
): Promise<{ head: string; base: string }> {
  const paths = { head: join(base.top, place), base: join(base.tree, place) }
  for (const side of ['head', 'base'] as const) {
    const text = texts[side]
    if (text === undefined) continue
    await mkdir(dirname(paths[side]), { recursive: true })
    await writeFile(paths[side], text)
  }
  return paths
}

const prove = (atBase: string[], atHead: string[] = []) => proveGraph(base, { base: atBase, head: atHead })

test('counts the modules of the repository that either arm loaded, and names those that differ', async () => {
  const same = await write('src/same.ts', { head: 'x', base: 'x' })
  const changed = await write('src/changed.ts', { head: 'new', base: 'old' })
  const added = await write('src/added.ts', { head: 'new' })
  const removed = await write('src/removed.ts', { base: 'old' })
  const shared = await write('node_modules/dep/index.js', { head: 'x' })
  const harness = fileURLToPath(new URL('../index.ts', import.meta.url))
  const others = [
    '\0virtual:x',
    'node:fs',
    'fs',
    `file://${shared.head}`,
    harness,
    '/no/such/file',
    process.execPath,
  ]
  expect(
    await prove(
      [same.base, `${changed.base}?raw`, `/@fs${removed.base}`, ...others],
      [same.head, changed.head, added.head, ...others],
    ),
  ).toEqual({ modules: 4, changed: ['src/added.ts', 'src/changed.ts', 'src/removed.ts'] })
  expect(await prove([same.base], [same.head])).toEqual({ modules: 1, changed: [] })
})

test('refuses a module of head and says how it came', async () => {
  const { head } = await write('src/a.ts', { head: 'x', base: 'x' })
  await expect(prove([head])).rejects.toThrow(/head's src\/a\.ts.*absolute path/)
  // As the name of a folder, and as what follows a name.
  const hash = await write('src/c#/x.ts', { head: 'x' })
  for (const [id, place] of [
    [hash.head, 'c#/x'],
    [`${head}#part`, 'a'],
  ] as const)
    await expect(prove([id])).rejects.toThrow(`head's src/${place}.ts`)
  const lib = await write('packages/lib/index.ts', { head: 'x' })
  await write('packages/lib/package.json', { head: '{"name":"@ws/lib"}' })
  await mkdir(join(base.top, 'node_modules/@ws'), { recursive: true })
  const link = join(base.top, 'node_modules/@ws/lib')
  await symlink(join(base.top, 'packages/lib'), link, 'junction')
  for (const path of [lib.head, join(link, 'index.ts')])
    await expect(prove([path])).rejects.toThrow(/head's packages\/lib\/index\.ts.*link in node_modules/)
})

test('head’s packages are base’s only as long as both have the same lock file', async () => {
  const { head } = await write('node_modules/dep/index.js', { head: 'x' })
  expect(await prove([head])).toEqual({ modules: 0, changed: [] })
  base = { ...base, dependencies: 'installed' }
  await expect(prove([head])).rejects.toThrow(/head's node_modules\/dep\/index\.js.*own lock file/)
  const installed = await write('.git/vitest-chimera/installs/key/node_modules/dep/index.js', { head: 'x' })
  expect(await prove([installed.head])).toEqual({ modules: 0, changed: [] })
})

test('refuses a package that leads into head by what it depends on', async () => {
  const first = await write('node_modules/first/index.js', { head: 'x' })
  await write('node_modules/first/package.json', { head: '{"dependencies":{"second":"1","gone":"1"}}' })
  const store = 'node_modules/.store/second@1/node_modules'
  await write(`${store}/second/package.json`, { head: '{"peerDependencies":{"lib":"*","first":"1"}}' })
  await symlink(join(base.top, store, 'second'), join(base.top, 'node_modules/second'), 'junction')
  expect(await prove([first.head])).toMatchObject({ modules: 0 })
  await write('packages/lib/package.json', { head: '{"name":"lib"}' })
  await symlink(join(base.top, 'packages/lib'), join(base.top, store, 'lib'), 'junction')
  await expect(prove([first.head])).rejects.toThrow(/package second depends on head's packages\/lib/)
})

test('follows the imports of a module, in circles too', () => {
  const imports = new Map([
    ['/a', ['/b', '/c']],
    ['/b', ['/a']],
    ['/other', ['/d']],
  ])
  const modules = {
    getModuleById: (id: string) => {
      const found = imports.get(id)
      return found && { imports: new Set(found) }
    },
  }
  expect(loadedFrom('/a', modules)).toEqual(['/a', '/b', '/c'])
})
