import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { metricsIn, plainAttributes, startCollector } from '../support/collector.ts'
import { repositoryAt } from '../support/repository.ts'
import { cleanEnvironment } from './fixture.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const exec = promisify(execFile)
const readme = await readFile(join(repository, 'README.md'), 'utf8')

/** What a user has who installed the package, vitest and ollama: no more is linked than those and their needs. */
test('the packed package works in an empty project, from init to the gate', async () => {
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
    await using server = await startScriptedOllama({
      models: [{ name: 'gemma3' }],
      call: { ttft: 25, per_token: 1, tokens: 24 },
    })
    // Two blocks decide nothing, so nothing can regress.
    const env: Record<string, string> = { OLLAMA_HOST: server.url, CHIMERA_BLOCKS_MAX: '2' }
    const npx = (command: string) =>
      exec('npx', command.split(' ').slice(1), { cwd: dir, env: cleanEnvironment(env) })

    const set = await npx('npx vitest-chimera init --yes')
    expect(set.stdout).toContain('4 files written.')
    const [bench, gate] = /Next:\n(?: {2}npm .*\n)?((?: {2}npx .*\n)+)/
      .exec(set.stdout)![1]!
      .trim()
      .split(/\n */)
    for (const command of [bench!, gate!]) expect(readme).toContain(`\`${command}\``)

    const ill = await npx('npx vitest-chimera doctor --model gemma3 --model absent').catch(
      (error: { code: number; stdout: string }) => error,
    )
    expect(ill.stdout).toMatch(/^ok    1 bench file\nok    Ollama .* answers at .*\nok    Model gemma3.*$/m)
    expect(ill.stdout).toMatch(/^fail  The server at .* has no model "absent"/m)
    expect(ill).toMatchObject({ code: 1, stdout: expect.stringMatching(/^1 check fails\.$/m) })

    const repositoryOfUser = repositoryAt(dir)
    await repositoryOfUser.git('init', '--quiet', '--initial-branch=main')
    await repositoryOfUser.commit({ '.gitignore': 'reports/\nnode_modules/\n*.tgz\n' })
    await repositoryOfUser.git('remote', 'add', 'origin', '.')
    await repositoryOfUser.git('fetch', '--quiet', 'origin')

    expect((await npx(bench!)).stdout).toMatch(/rivers/)
    const suite = 'suites/rivers/rivers.bench.ts'
    const text = await readFile(join(dir, suite), 'utf8')
    await writeFile(join(dir, suite), text.replace('three rivers', 'four rivers'))
    expect((await npx(gate!)).stdout).toMatch(
      /Comparing with \w{8}, where HEAD branched off from origin\/main/,
    )
    expect((await readdir(join(dir, 'reports'))).toSorted()).toContain('comment.md')

    const unsent = await npx('npx vitest-chimera report --otlp').catch((error: { stderr: string }) => error)
    const [, packages = ''] = /--otlp needs .* with `npm install -D (.*)`/.exec(unsent.stderr) ?? []
    for (const name of packages.split(' ')) await link(join(dir, 'node_modules'), name)
    await using collector = await startCollector()
    env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
    expect((await npx('npx vitest-chimera report --otlp')).stdout).toMatch(
      /^Sent the metrics of \d+ calls in 1 suite to /,
    )
    const [{ points: usage } = { points: [] }] = Object.values(metricsIn(collector.batches[0]))
    expect(usage.map(({ attributes }) => plainAttributes(attributes))).toContainEqual(
      expect.objectContaining({
        'gen_ai.request.model': 'gemma3',
        'gen_ai.response.model': 'gemma3',
        'vitest_chimera.arm': 'head',
      }),
    )

    // The engine's optional library comes last, so that what ran before did without it.
    await link(join(dir, 'node_modules'), 'node-llama-cpp')
    await writeFile(join(dir, 'engine.js'), ENGINE)
    const engine = await exec(process.execPath, ['engine.js'], { cwd: dir })
    expect(engine.stdout).toMatch(/"model":"chimera-tiny\.gguf, 3402720 bytes/)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

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
  await mkdir(join(modules, '.bin'))
  await symlink('../vitest/vitest.mjs', join(modules, '.bin/vitest'))
  await symlink('../vitest-chimera/dist/cli.js', join(modules, '.bin/vitest-chimera'))
  await chmod(join(installed, 'dist/cli.js'), 0o755)
}

async function link(modules: string, name: string): Promise<void> {
  await mkdir(join(modules, name, '..'), { recursive: true })
  await symlink(join(repository, 'node_modules', name), join(modules, name), 'dir')
}
