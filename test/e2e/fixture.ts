/**
 * End-to-end tests: a project of its own in a folder of its own, on which the real `vitest bench` runs.
 * The folder lies inside this repository, so `vitest-chimera` resolves to the built package itself.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Report, SuiteReport, Trial, Warning } from '../../src/schema/generated.ts'
import { repositoryAt, type TestRepository } from '../support/repository.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
/** This repository's own Vitest, as a script for Node. */
export const vitest: string = join(repository, 'node_modules/vitest/vitest.mjs')

const compileCache = join(repository, 'node_modules/.cache/node')

/** What a run left behind. */
export interface BenchRun {
  exitCode: number | null
  /** stdout and stderr, interleaved. */
  output: string
  /** Undefined when no report was written. */
  report?: Report
  trials: Trial[]
}

export interface Fixture extends AsyncDisposable {
  dir: string
  write(files: Record<string, string>): Promise<void>
  read(path: string): Promise<string>
  /** Runs `vitest bench …args` to its end; `onStart` gets the process, to send it signals. */
  bench(
    args?: readonly string[],
    env?: Record<string, string>,
    onStart?: (child: ChildProcess) => void,
  ): Promise<BenchRun>
}

/** Makes a project of the given files; a plain vitest.config.ts is added unless there is one. */
export async function createFixture(files: Record<string, string>): Promise<Fixture> {
  const parent = join(repository, 'test/.tmp')
  await mkdir(parent, { recursive: true })
  const dir = await mkdtemp(join(parent, 'fixture-'))
  const fixture: Fixture = {
    dir,
    async write(more) {
      for (const [path, text] of Object.entries(more)) {
        await mkdir(dirname(join(dir, path)), { recursive: true })
        await writeFile(join(dir, path), text)
      }
    },
    read: (path) => readFile(join(dir, path), 'utf8'),
    async bench(args = [], env = {}, onStart = () => {}) {
      const { exitCode, output } = await runVitest(dir, ['bench', ...args], env, onStart)
      const report = await readFile(join(dir, 'reports/report.json'), 'utf8').catch(() => undefined)
      const trials = await readFile(join(dir, 'reports/trials.jsonl'), 'utf8').catch(() => '')
      return {
        exitCode,
        output,
        ...(report !== undefined && { report: JSON.parse(report) as Report }),
        trials: trials
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Trial),
      }
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
  await fixture.write({ 'vitest.config.ts': CONFIG, ...files })
  return fixture
}

export interface Change extends Fixture {
  repository: TestRepository
}

/** A project in a repository: the files are on `main`, and the branch `change` is checked out. */
export async function createChange(files: Record<string, string>): Promise<Change> {
  const fixture = await createFixture({
    '.gitignore': 'reports/\nnode_modules/\n',
    // What a run leaves there is ignored, and listed as such.
    'reports/.keep': '',
    'node_modules/.keep': '',
    ...files,
  })
  const repository = repositoryAt(fixture.dir)
  await repository.git('init', '--quiet', '--initial-branch=main')
  await repository.commit({})
  await repository.git('checkout', '--quiet', '-b', 'change')
  return { ...fixture, repository }
}

const CONFIG = `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
export default defineConfig({ plugins: [chimera()] })
`

/** Runs this repository's vitest in `cwd` to its end, with the environment a user's shell has. */
export function runVitest(
  cwd: string,
  args: readonly string[],
  env: Record<string, string>,
  onStart: (child: ChildProcess) => void = () => {},
): Promise<{ exitCode: number | null; output: string }> {
  return new Promise<{ exitCode: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()))
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output }))
    onStart(child)
  })
}

/** Warnings but for those about the machine: what else runs on it is none of a test's business. */
export function ofTheSuite({ warnings }: Pick<SuiteReport, 'warnings'>): Warning[] {
  return warnings.filter(({ code }) => !code.startsWith('machine_'))
}

/** The outer Vitest's own variables would make the inner one believe that it is a worker. */
export function cleanEnvironment(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VITEST|CHIMERA|OLLAMA|GITHUB|NODE_ENV$|TEST$|DEV$|PROD$|MODE$|BASE_URL$|SSR$|FORCE_COLOR$)/.test(
        name,
      ),
  )
  return {
    ...Object.fromEntries(inherited),
    CI: 'true',
    NO_COLOR: '1',
    // Node keeps what it has compiled: a sixth of the time of a short run.
    NODE_COMPILE_CACHE: compileCache,
    ...env,
  }
}

/** An agentBench. */
export interface BenchSuite {
  name?: string
  /** Of both arms, unless the candidate's own text says otherwise. */
  model?: string
  /** The candidate, as code. */
  candidate?: string
  /** The agent, as code. */
  agent?: string
  /** Spliced in after the arms. */
  more?: string
}

/** A bench file of the suites, by default of one: a file costs a worker, a suite in it next to nothing. */
export function benchFile(...suites: BenchSuite[]): string {
  const [first = {}, ...more] = suites
  return `import { agentBench } from 'vitest-chimera'\n${[first, ...more].map(agentBench).join('')}`
}

function agentBench({
  name = 'one',
  model = 'tiny',
  candidate = `{ name: 'candidate', model: '${model}', options: { temperature: 0.5 } }`,
  agent = `async ({ generate }) => (await generate({ prompt: 'Say something.' })).response`,
  more = '',
}: BenchSuite): string {
  return `agentBench('${name}', ${agent}, {
  baseline: { name: 'baseline', model: '${model}' },
  candidate: ${candidate},
  ${more}
})
`
}
