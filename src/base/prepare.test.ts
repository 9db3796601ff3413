/** Base trees with their packages, made with the real git and package managers, without a registry. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRepository, npm, type TestRepository } from '../../test/support/repository.ts'
import { prepareBase } from './prepare.ts'

/** A package `dep` of that version as a tarball of the repository, and a lock file that holds it. */
async function withDependency(repository: TestRepository, version: string): Promise<void> {
  await repository.write({
    'dep/package.json': JSON.stringify({ name: 'dep', version, main: 'index.js' }),
    'dep/index.js': `module.exports = '${version}'`,
    '.gitignore': 'node_modules\ndep\n',
    'package.json': JSON.stringify({
      name: 'app',
      version: '1.0.0',
      dependencies: { dep: `file:dep-${version}.tgz` },
    }),
  })
  await npm(repository.dir, 'pack', './dep')
  await npm(repository.dir, 'install')
}

/** A package with these scripts, and a branch whose lock file differs. */
async function withScripts(repository: TestRepository, scripts: Record<string, string>): Promise<void> {
  const manifest = { name: 'app', version: '1.0.0', scripts }
  await repository.write({ '.gitignore': 'node_modules\n', 'package.json': JSON.stringify(manifest) })
  await npm(repository.dir, 'install', '--package-lock-only', '--ignore-scripts')
  await repository.commit({})
  await repository.git('checkout', '--quiet', '-b', 'change')
  await repository.write({ 'package.json': JSON.stringify({ ...manifest, version: '2.0.0' }) })
  await npm(repository.dir, 'install', '--package-lock-only', '--ignore-scripts')
}

/** The pnpm among this project's own packages, for the code under test as well. */
function usePnpm(): void {
  const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH']}`)
  onTestFinished(() => void vi.unstubAllEnvs())
}

const OFFLINE = {
  npm: ['install', '--offline', '--no-audit', '--no-fund'],
  pnpm: ['install', '--offline', '--no-frozen-lockfile'],
}

const dependencyIn = (tree: string) => readFile(join(tree, 'node_modules/dep/index.js'), 'utf8')

test('with the same lock file the packages are head’s, else those of base’s own', async () => {
  await using repository = await createRepository()
  await withDependency(repository, '1.0.0')
  await repository.commit({ 'a.ts': 'old' })
  await repository.git('checkout', '--quiet', '-b', 'change')
  await repository.commit({ 'a.ts': 'new' })
  const before = await repository.state()
  const installs: string[] = []
  const prepare = () =>
    prepareBase({
      root: repository.dir,
      ref: 'main',
      env: {},
      onInstall: (command) => installs.push(command),
    })

  const same = await prepare()
  expect(same.base).toMatchObject({
    dependencies: 'linked',
    place: '',
    head: { dirty: false },
  })
  expect(await readFile(join(same.base.tree, 'a.ts'), 'utf8')).toBe('old')
  expect(await realpath(join(same.base.tree, 'node_modules/dep'))).toBe(
    join(repository.dir, 'node_modules/dep'),
  )
  expect(installs).toEqual([])
  expect(await repository.state()).toBe(before)
  await same.release()

  await withDependency(repository, '2.0.0')
  const other = await prepare()
  expect(other.base).toMatchObject({ dependencies: 'installed', head: { dirty: true } })
  expect(await dependencyIn(other.base.tree)).toContain('1.0.0')
  expect(await dependencyIn(repository.dir)).toContain('2.0.0')
  expect(installs).toEqual(['npm ci --prefer-offline --no-audit --no-fund'])
  const again = await prepare()
  expect(again.base).toEqual(other.base)
  expect(installs).toHaveLength(1)
  await Promise.all([other.release(), again.release()])
})

test('a change of the package manager: base’s packages are installed by its own', async () => {
  usePnpm()
  await using repository = await createRepository()
  await withDependency(repository, '1.0.0')
  await repository.commit({})
  await repository.git('checkout', '--quiet', '-b', 'change')
  for (const name of ['package-lock.json', 'node_modules'])
    await rm(join(repository.dir, name), { recursive: true })
  const manifest = { name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep-1.0.0.tgz' } }
  await repository.write({ 'package.json': JSON.stringify(manifest) })
  await promisify(execFile)('pnpm', OFFLINE.pnpm, {
    cwd: repository.dir,
    shell: process.platform === 'win32',
  })
  const installs: string[] = []
  const onInstall = (command: string) => void installs.push(command)
  const prepare = async () => {
    const { base, release } = await prepareBase({ root: repository.dir, ref: 'main', env: {}, onInstall })
    await release()
    return [base.dependencies, await dependencyIn(base.tree), installs.splice(0)]
  }
  const npmCi = 'npm ci --prefer-offline --no-audit --no-fund'
  expect(await prepare()).toEqual(['installed', expect.stringContaining('1.0.0'), [npmCi]])
  await repository.commit({})
  await repository.git('branch', '--force', 'main')
  await rm(join(repository.dir, 'pnpm-lock.yaml'))
  await withDependency(repository, '2.0.0')
  const pnpm = 'pnpm install --frozen-lockfile --prefer-offline --ignore-workspace'
  expect(await prepare()).toEqual(['installed', expect.stringContaining('1.0.0'), [pnpm]])
})

test('a script of an install has a git repository of its own, and the user’s is left alone', async () => {
  await using repository = await createRepository()
  const script = 'git config core.hooksPath .githooks && git rev-parse --show-toplevel > top'
  await withScripts(repository, { prepare: script })
  const before = await repository.state()
  await (await prepareBase({ root: repository.dir, ref: 'main', env: {} })).release()
  expect(await repository.state()).toBe(before)
  const store = join(repository.dir, '.git/vitest-chimera/installs')
  const [install = ''] = await readdir(store)
  expect(await readdir(join(store, install))).not.toContain('.git')
  expect(await readFile(join(store, install, 'top'), 'utf8')).toMatch(/vitest-chimera\/installs\/[^/]+\n$/)
})

test('links of a workspace lead to base', async () => {
  await using repository = await createRepository()
  await repository.write({
    '.gitignore': 'node_modules\n',
    'package.json': JSON.stringify({ name: 'root', private: true, workspaces: ['packages/*'] }),
    'packages/lib/package.json': JSON.stringify({ name: '@ws/lib', version: '1.0.0', main: 'index.js' }),
    'packages/lib/index.js': 'old',
    'packages/app/package.json': JSON.stringify({
      name: 'app',
      version: '1.0.0',
      dependencies: { '@ws/lib': '*' },
    }),
  })
  await npm(repository.dir, 'install')
  await repository.commit({})
  await repository.git('checkout', '--quiet', '-b', 'change')
  await repository.commit({ 'packages/lib/index.js': 'new' })
  // As a package of an app alone is installed.
  await mkdir(join(repository.dir, 'packages/app/node_modules'))
  await symlink('../../lib', join(repository.dir, 'packages/app/node_modules/nested'))
  const root = join(repository.dir, 'packages/app')
  const { base, release } = await prepareBase({ root, ref: 'main', env: {} })
  expect(base).toMatchObject({ dependencies: 'linked', place: 'packages/app' })
  for (const link of ['node_modules/@ws/lib', 'packages/app/node_modules/nested'])
    expect(await realpath(join(base.tree, link))).toBe(join(base.tree, 'packages/lib'))
  expect(await readFile(join(base.tree, 'node_modules/@ws/lib/index.js'), 'utf8')).toBe('old')
  await release()
})

test('a folder of the repository that is installed as a copy is installed anew from base', async () => {
  await using repository = await createRepository()
  await repository.write({
    '.gitignore': 'node_modules\n',
    '.npmrc': 'install-links=true\n',
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep' } }),
    'dep/package.json': JSON.stringify({ name: 'dep', version: '1.0.0' }),
    'dep/index.js': 'old',
  })
  await npm(repository.dir, 'install')
  await repository.commit({})
  const prepare = async () => {
    const { base, release } = await prepareBase({ root: repository.dir, ref: 'main', env: {} })
    await release()
    return base
  }
  expect(await prepare()).toMatchObject({ dependencies: 'linked' })
  await repository.git('checkout', '--quiet', '-b', 'change')
  await repository.write({ 'dep/index.js': 'new', 'node_modules/dep/index.js': 'new' })
  const { dependencies, tree } = await prepare()
  expect(dependencies).toBe('installed')
  expect(await dependencyIn(tree)).toBe('old')
  await rm(join(repository.dir, 'package-lock.json'))
  await repository.commit({})
  await repository.git('branch', '--force', 'main')
  expect(await prepare()).toMatchObject({ dependencies: 'linked' })
  await repository.write({ 'dep/index.js': 'newer' })
  await expect(prepare()).rejects.toThrow(/^dep differs .* copy of it, .* no lock file.*Commit a lock file/)
})

const PNPM_COPIES = {
  'an injected package of a workspace': {
    'pnpm-workspace.yaml': 'packages:\n  - lib\n  - util\ndedupeInjectedDeps: false\n',
    'package.json': JSON.stringify({
      name: 'app',
      dependencies: { lib: 'workspace:*' },
      dependenciesMeta: { lib: { injected: true } },
    }),
    'lib/package.json': JSON.stringify({ name: 'lib', dependencies: { util: 'workspace:*' } }),
  },
  'a `file:` dependency': {
    'package.json': JSON.stringify({ name: 'app', dependencies: { lib: 'file:./lib' } }),
    'lib/package.json': JSON.stringify({ name: 'lib', dependencies: { util: 'file:../util' } }),
  },
}

test.each(Object.entries(PNPM_COPIES))(
  'pnpm’s copy of %s, and what it depends on, is base’s',
  async (_, files) => {
    usePnpm()
    await using repository = await createRepository()
    await repository.write({
      ...files,
      '.gitignore': 'node_modules\n',
      'util/package.json': JSON.stringify({ name: 'util' }),
      // No package of the workspace, for all its name.
      'util/test/fixture/package.json': JSON.stringify({ name: 'lib' }),
    })
    const write = async (lib: string, util: string) => {
      await repository.write({ 'lib/word.js': lib, 'util/word.js': util })
      await promisify(execFile)('pnpm', OFFLINE.pnpm, {
        cwd: repository.dir,
        shell: process.platform === 'win32',
      })
    }
    /** As Node finds them: from the app, and from the package itself. */
    const words = async (top: string) => {
      const lib = createRequire(join(top, 'package.json')).resolve('lib/word.js')
      return Promise.all(
        [lib, createRequire(lib).resolve('util/word.js')].map((path) => readFile(path, 'utf8')),
      )
    }
    const prepare = async () => {
      const { base, release } = await prepareBase({ root: repository.dir, ref: 'main', env: {} })
      await release()
      return { dependencies: base.dependencies, words: await words(base.tree) }
    }
    await write('old', 'old')
    await repository.commit({})
    await repository.git('checkout', '--quiet', '-b', 'change')
    expect(await prepare()).toMatchObject({ dependencies: 'linked' })
    await write('new', 'old')
    expect(await words(repository.dir)).toEqual(['new', 'old'])
    expect(await prepare()).toEqual({ dependencies: 'installed', words: ['old', 'old'] })
    await write('old', 'new')
    expect(await words(repository.dir)).toEqual(['old', 'new'])
    expect(await prepare()).toEqual({ dependencies: 'installed', words: ['old', 'old'] })
    // Base moves on, and only what lies below the copy that differs is another.
    await repository.commit({})
    await repository.git('branch', '--force', 'main')
    await write('new', 'new')
    expect(await prepare()).toEqual({ dependencies: 'installed', words: ['old', 'new'] })
  },
)

test('a tree that an earlier run left is used as long as head holds what it held then', async () => {
  await using inner = await createRepository()
  await using repository = await createRepository()
  await inner.commit({ 'lib.ts': 'inner' })
  await repository.git('submodule', 'add', '--quiet', inner.dir, 'sub')
  await repository.git('submodule', 'deinit', '--quiet', '--force', 'sub')
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'
  await repository.commit({ '.gitattributes': '*.bin filter=lfs -text\n', 'a.bin': pointer })
  await repository.git('checkout', '--quiet', '-b', 'change')
  const prepare = async () => {
    const { base, release } = await prepareBase({ root: repository.dir, ref: 'main', env: {} })
    await release()
    return base.tree
  }
  const first = await prepare()
  expect(await readdir(join(first, 'sub'))).toEqual([])
  expect(await prepare()).toBe(first)
  // As `git lfs pull` does for head alone, and then `git lfs fetch` for base.
  await repository.write({ 'a.bin': 'the file itself' })
  await expect(prepare()).rejects.toThrow(/a\.bin is a Git LFS pointer at base and a whole file at head/)
  await repository.git('config', 'filter.lfs.smudge', 'echo the file of base #')
  expect(await readFile(join(await prepare(), 'a.bin'), 'utf8')).toBe('the file of base\n')
  await repository.git('submodule', 'update', '--quiet', '--init')
  expect(await readFile(join(await prepare(), 'sub/lib.ts'), 'utf8')).toBe('inner')
})

test('a tree that is kept belongs to one run, and no later run removes it', async () => {
  await using repository = await createRepository()
  await repository.commit({ 'a.ts': 'old' })
  await repository.git('checkout', '--quiet', '-b', 'change')
  const prepare = async (keep: boolean) => {
    const { base, release } = await prepareBase({ root: repository.dir, ref: 'main', env: {}, keep })
    await release()
    return base.tree
  }
  const kept = await prepare(true)
  await writeFile(join(kept, 'a.ts'), 'edited')
  const [again, plain] = [await prepare(true), await prepare(false)]
  for (const tree of [again, plain]) expect(await readFile(join(tree, 'a.ts'), 'utf8')).toBe('old')
  for (const text of ['1', '2', '3', '4']) {
    await repository.commit({ 'a.ts': text })
    await repository.git('branch', '--force', 'main')
    await prepare(false)
  }
  expect(await readFile(join(kept, 'a.ts'), 'utf8')).toBe('edited')
  await expect(readFile(join(plain, 'a.ts'))).rejects.toThrow(/ENOENT/)
})

test('what cannot be known or redirected is refused by name', async () => {
  await using repository = await createRepository()
  const manifest = (dependencies: object) => JSON.stringify({ name: 'app', dependencies })
  await repository.commit({ 'package.json': manifest({ a: '1' }), '.gitignore': 'node_modules\nbun.lock\n' })
  await repository.git('checkout', '--quiet', '-b', 'change')
  const prepare = async () => {
    const { base, release } = await prepareBase({ root: repository.dir, ref: 'main', env: {} })
    await release()
    return base
  }
  // No lock file on either side: one that git ignores is none.
  await repository.write({ 'bun.lock': '{}' })
  expect(await prepare()).toMatchObject({ dependencies: 'linked' })
  await repository.write({ 'package.json': manifest({ a: '2' }) })
  await expect(prepare()).rejects.toThrow(/package\.json differs .* no lock file.*Commit a lock file/)
  await repository.write({ 'pnpm-lock.yaml': 'lockfileVersion: 9' })
  await expect(prepare()).rejects.toThrow(/pnpm-lock\.yaml is missing at base.*Merge the lock file first/)
  await repository.commit({ 'packages/lib/package.json': '{}' })
  await repository.git('branch', '--force', 'main')
  expect(await prepare()).toMatchObject({ dependencies: 'linked' })
  await rm(join(repository.dir, 'pnpm-lock.yaml'))
  await expect(prepare()).rejects.toThrow(/pnpm-lock\.yaml is at base but missing at head/)
  await repository.git('checkout', '--quiet', '--', '.')
  await repository.write({ '.pnp.cjs': '' })
  await expect(prepare()).rejects.toThrow(/\.pnp\.cjs .*nodeLinker: node-modules/)
})

test('a base without any package needs none, whatever head brings along', async () => {
  await using repository = await createRepository()
  await repository.commit({ 'README.md': 'a project in another language', 'tools/package.json': '{}' })
  await repository.git('checkout', '--quiet', '-b', 'change')
  await repository.write({ 'package.json': JSON.stringify({ devDependencies: { a: '1' } }) })
  const prepare = () => prepareBase({ root: repository.dir, ref: 'main', env: {} })
  for (const lock of ['package-lock.json', 'pnpm-lock.yaml']) {
    const { base, release } = await prepare()
    await release()
    expect(base.dependencies).toBe('linked')
    await repository.write({ [lock]: '{}' })
  }
})

test('an install that fails shows its output, and one that is killed leaves nothing behind', async () => {
  await using repository = await createRepository()
  const script = 'node -e "console.log(String.fromCharCode(27) + \'[31mbroken script\'); process.exit(3)"'
  await withScripts(repository, { preinstall: script })
  const before = await repository.state()
  const store = join(repository.dir, '.git/vitest-chimera/installs')
  await expect(prepareBase({ root: repository.dir, ref: 'main', env: {} })).rejects.toThrow(
    /could not be installed with `npm ci[^]*␛\[31mbroken script/,
  )
  expect(await readdir(store)).toEqual([])

  const module = pathToFileURL(join(import.meta.dirname, 'prepare.ts')).href
  const code = `import { prepareBase } from '${module}'
    await prepareBase({ root: process.argv[1], ref: 'main', env: {}, onInstall: () => process.kill(process.pid, 'SIGKILL') })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, repository.dir], {
    stdio: 'ignore',
  })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(await readdir(store)).not.toEqual([])
  expect(await repository.state()).toBe(before)
  // The next run clears it away.
  await repository.git('checkout', '--quiet', '--', '.')
  await (await prepareBase({ root: repository.dir, ref: 'main', env: {} })).release()
  expect(await readdir(store)).toEqual([])
})

test.each(['npm', 'pnpm'] as const)(
  'workspaces of %s: what leads to the repository leads to base, and packages are those of base’s lock file',
  async (manager) => {
    usePnpm()
    await using repository = await createRepository()
    const useDependency = async (version: string): Promise<void> => {
      const dependencies = {
        lib: manager === 'npm' ? '*' : 'workspace:*',
        dep: `file:../../dep-${version}.tgz`,
      }
      await repository.write({
        'packages/app/package.json': JSON.stringify({ name: 'app', version: '1.0.0', dependencies }),
        'dep/package.json': JSON.stringify({ name: 'dep', version, main: 'index.js' }),
        'dep/index.js': version,
      })
      await npm(repository.dir, 'pack', './dep')
      await promisify(execFile)(manager, OFFLINE[manager], {
        cwd: repository.dir,
        shell: process.platform === 'win32',
      })
    }
    await repository.write({
      '.gitignore': 'node_modules\ndep\n',
      'package.json': JSON.stringify({ name: 'root', private: true, workspaces: ['packages/*'] }),
      ...(manager === 'pnpm' && { 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' }),
      'packages/lib/package.json': JSON.stringify({ name: 'lib', version: '1.0.0', main: 'index.js' }),
      'packages/lib/index.js': 'old',
    })
    await useDependency('1.0.0')
    await repository.commit({})
    await repository.git('checkout', '--quiet', '-b', 'change')
    await repository.commit({ 'packages/lib/index.js': 'new' })

    /** What an import in the app finds. */
    const found = (top: string) => {
      const { resolve } = createRequire(join(top, 'packages/app/package.json'))
      return Promise.all(['lib', 'dep'].map((name) => readFile(resolve(name), 'utf8')))
    }
    const prepare = async () => {
      const { base, release } = await prepareBase({
        root: join(repository.dir, 'packages/app'),
        ref: 'main',
        env: {},
      })
      await release()
      return { dependencies: base.dependencies, found: await found(base.tree) }
    }
    expect(await prepare()).toEqual({ dependencies: 'linked', found: ['old', '1.0.0'] })
    await useDependency('2.0.0')
    expect(await found(repository.dir)).toEqual(['new', '2.0.0'])
    expect(await prepare()).toEqual({ dependencies: 'installed', found: ['old', '1.0.0'] })
  },
)
