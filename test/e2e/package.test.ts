import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, runVitest } from './fixture.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const exec = promisify(execFile)

/** What a user has who installed the package, vitest and ollama: no more is linked than those and their needs. */
test('the packed package works in an empty project', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vitest-chimera-'))
  try {
    const { stdout } = await exec('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], {
      cwd: repository,
    })
    // npm 11.19 answers with an object by name, earlier ones with a list.
    const packed = Object.values(
      JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>,
    )[0]!
    expect(
      packed.files
        .map(({ path }) => path)
        .filter(
          (path) => !/^(dist|docs|schemas)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(path),
        ),
    ).toEqual([])
    const installed = join(dir, 'node_modules/vitest-chimera')
    await mkdir(installed, { recursive: true })
    await exec('tar', ['xzf', join(dir, packed.filename), '-C', installed, '--strip-components=1'])
    await linkDependencies(join(dir, 'node_modules'), installed)
    await writeFile(join(dir, 'package.json'), '{ "type": "module" }\n')
    await writeFile(join(dir, 'vitest.config.ts'), CONFIG)
    await mkdir(join(dir, 'suites'))
    await writeFile(
      join(dir, 'suites/one.bench.ts'),
      benchFile({
        more: 'blocks: { min: 6, max: 6 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },',
      }),
    )
    await using server = await startScriptedOllama({ call: { ttft: 25, per_token: 1, tokens: 24 } })
    const { exitCode, output } = await runVitest(dir, ['bench'], { OLLAMA_HOST: server.url })
    expect(output).toMatch(/Passed/)
    expect(exitCode).toBe(0)
    expect((await readdir(join(dir, 'reports'))).toSorted()).toContain('report.html')

    // The engine's optional library comes last, so that what ran before did without it.
    await link(join(dir, 'node_modules'), 'node-llama-cpp')
    await writeFile(join(dir, 'engine.js'), ENGINE)
    const engine = await exec(process.execPath, ['engine.js'], { cwd: dir })
    expect(engine.stdout).toMatch(/"model":"chimera-tiny\.gguf, 3402720 bytes/)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

const CONFIG = `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
export default defineConfig({ plugins: [chimera()] })
`

const ENGINE = `import { embedded } from 'vitest-chimera/embedded'
const server = await embedded().start()
console.log(await (await fetch(server.url + '/api/version')).text())
await server.stop()
`

async function linkDependencies(modules: string, installed: string): Promise<void> {
  const own = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  for (const name of [...Object.keys(own.dependencies), 'vitest', 'vite']) await link(modules, name)
}

async function link(modules: string, name: string): Promise<void> {
  await mkdir(join(modules, name, '..'), { recursive: true })
  await symlink(join(repository, 'node_modules', name), join(modules, name), 'dir')
}
