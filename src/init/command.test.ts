import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandIo } from '../command.ts'
import { run } from './command.ts'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
/** A file as the README shows it, by its first line. */
const fence = (path: string): string =>
  new RegExp(`\`\`\`\\w+\\n(?://|#) ${path.replaceAll('.', '\\.')}\\n([^]*?)\`\`\``).exec(readme)![1]!

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chimera-init-'))
  await write({
    'package.json': '{ "type": "module", "devDependencies": { "vitest": "1", "vitest-chimera": "1" } }',
  })
  await mkdir(join(folder, '.git'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8')

async function init(...args: string[]): Promise<{ code: number; output: string }> {
  return initAt({}, ...args)
}

async function initAt(
  at: Pick<CommandIo, 'terminal'>,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  let output = ''
  const take = (text: string): void => void (output += `${text}\n`)
  const code = await run([...args, folder], { stdout: take, stderr: take, ...at })
  return { code, output }
}

/** A terminal at which someone types once they are asked; without `keys` the input ends. */
function terminalWith(keys: string | undefined): {
  terminal: NonNullable<CommandIo['terminal']>
  screen: () => string
} {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  let screen = ''
  const output = new Writable({
    write: (chunk: Buffer, _, done) => {
      const asked = screen.includes('[y/N]')
      screen += chunk.toString()
      if (!asked && screen.includes('[y/N]'))
        setImmediate(() => (keys === undefined ? input.end() : input.write(keys)))
      done()
    },
  })
  return { terminal: { input, output: Object.assign(output, { isTTY: true }) }, screen: () => screen }
}

describe('a project without a config', () => {
  test('gets the files of the README, and a second run changes nothing', async () => {
    expect((await init('--yes')).code).toBe(0)
    expect(await read('vitest.config.ts')).toBe(fence('vitest.config.ts'))
    expect(await read('suites/rivers/rivers.bench.ts')).toBe(fence('suites/rivers/rivers.bench.ts'))
    expect(await read('.github/workflows/bench.yml')).toBe(fence('.github/workflows/bench.yml'))
    expect(await read('.gitignore')).toBe('reports/\n')
    const again = await init('--yes')
    expect(again.code).toBe(0)
    expect(again.output.match(/^Kept: /gm)).toHaveLength(4)
  })

  test('is shown every file and gets none without a yes', async () => {
    const { code, output } = await init('--model', 'qwen3:4b')
    expect(code).toBe(1)
    expect(output).toContain("model: 'qwen3:4b'")
    expect(output).toContain('New: .github/workflows/bench.yml')
    expect(output).toContain('Pass --yes to write these files.')
    await expect(read('vitest.config.ts')).rejects.toThrow('ENOENT')
  })

  test.each(['y\r', 'Yes\r', ' y \n'])('gets them after %j', async (keys) => {
    const { terminal, screen } = terminalWith(keys)
    const { code, output } = await initAt({ terminal })
    expect(code).toBe(0)
    expect(screen()).toContain('Write these files? [y/N] ')
    expect(output).toContain('4 files written.')
    expect(await read('vitest.config.ts')).toBe(fence('vitest.config.ts'))
  })

  // The last three are Ctrl-C, Ctrl-D and an input that ends.
  test.each(['n\r', '\r', 'yeah\r', '\u0003', '\u0004', undefined])('gets none after %j', async (keys) => {
    const { terminal } = terminalWith(keys)
    const { code, output } = await initAt({ terminal })
    expect(code).toBe(1)
    expect(output.endsWith('\nNothing was written.\n')).toBe(true)
    await expect(read('vitest.config.ts')).rejects.toThrow('ENOENT')
    await expect(read('.gitignore')).rejects.toThrow('ENOENT')
  })

  test('that is CommonJS gets an ESM config, and is told what to install', async () => {
    await write({ 'package.json': '{}' })
    const { output } = await init('--yes')
    expect(await read('vitest.config.mts')).toContain('chimera()')
    expect(output).toContain('npm install -D vitest-chimera vitest')
  })
})

describe('what exists', () => {
  test('is extended, never replaced, and shown as it changes', async () => {
    await write({
      'vite.config.js': 'export default { plugins: [] }\n',
      'suites/rivers/rivers.bench.ts': '// mine\n',
      '.gitignore': 'dist',
    })
    const { code, output } = await init('--yes')
    expect(code).toBe(0)
    expect(output).toContain('+ export default { plugins: [chimera()] }')
    expect(await read('vite.config.js')).toContain(
      "import chimera from 'vitest-chimera/plugin'\nexport default",
    )
    expect(await read('suites/rivers/rivers.bench.ts')).toBe('// mine\n')
    expect(await read('.gitignore')).toBe('dist\nreports/\n')
  })

  test('in a form that is not known stays, with the lines to add', async () => {
    const config = 'export default defineConfig(async () => ({}))\n'
    await write({ 'vitest.config.ts': config, '.gitlab-ci.yml': '' })
    const { code, output } = await init('--yes')
    expect(code).toBe(1)
    expect(output).toContain("import chimera from 'vitest-chimera/plugin'\n  plugins: [chimera()]")
    expect(output).toContain('"GitLab" in docs/ci.md')
    expect(await read('vitest.config.ts')).toBe(config)
  })
})

describe('a workspace', () => {
  const packageOf = (name: string) => ({
    [`packages/${name}/package.json`]: '{ "type": "module" }',
    [`packages/${name}/vitest.config.ts`]: 'export default {}\n',
  })

  test('is set up in the package with the config, its workflow at the top', async () => {
    await write({
      'package.json': '{}',
      'pnpm-workspace.yaml': '',
      'pnpm-lock.yaml': '',
      ...packageOf('agent'),
    })
    expect((await init('--yes')).code).toBe(0)
    expect(await read('packages/agent/suites/rivers/rivers.bench.ts')).toContain('agentBench')
    const workflow = await read('.github/workflows/bench.yml')
    expect(workflow).toContain('- run: pnpm install --frozen-lockfile\n      - run: ollama')
    expect(workflow).toContain(
      '- run: npx vitest-chimera gate\n        working-directory: "packages/agent"\n',
    )
  })

  test('with several is asked for one of them', async () => {
    await write({
      'package.json': '{ "workspaces": ["packages/*"] }',
      ...packageOf('one'),
      ...packageOf('two'),
    })
    await expect(init('--yes')).rejects.toThrow(
      /init .*packages\/one` or `vitest-chimera init .*packages\/two`/,
    )
  })
})

test.each([
  [['a', 'b'], 'Expected one folder'],
  [['--nothing'], '--help'],
  [['--model', "a'b"], 'name of a model'],
])('%j is refused', async (args, message) => {
  await expect(init(...args)).rejects.toThrow(message)
})

test('a folder without a package.json is no project', async () => {
  await rm(join(folder, 'package.json'))
  await expect(init('--yes')).rejects.toThrow('has no package.json')
})
