/** README and docs/ are held to their word: their code compiles and runs, their commands exist, their tables are the source's. */
import { execFile } from 'node:child_process'
import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { metricNames, metrics, type MetricName } from '../src/metrics.ts'
import { createFixture, runVitest } from './e2e/fixture.ts'
import { startScriptedOllama } from './scripted-ollama/index.ts'
import { anchorsOf, codeIn, fencesOf, proseOf, readDocument, tableOf } from './support/markdown.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))
const exec = promisify(execFile)
const pages = (await readdir(join(repository, 'docs'))).filter((file) => file.endsWith('.md'))
/** What a user reads, by path; the README first, so that its snippets are. */
const manual = new Map<string, string>()
for (const path of ['README.md', ...pages.map((file) => `docs/${file}`)])
  manual.set(path, await readDocument(path))
const readme = manual.get('README.md')!
const documents = new Map(manual)
for (const path of ['CONTRIBUTING.md', 'ARCHITECTURE.md']) documents.set(path, await readDocument(path))
// The snippets of clients.md are bodies of agents; clients.test.ts runs them.
const fences = [...manual].flatMap(([path, page]) => (path === 'docs/clients.md' ? [] : fencesOf(page)))
const blocks = fences.filter(({ language }) => language === 'ts')
const configs = blocks.filter(({ path }) => path === 'vitest.config.ts')
const files = blocks.filter((block) => !configs.includes(block))
const suites = Object.fromEntries(files.map(({ path, text }) => [path!, text]))
const workflows = fences
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => parseYaml(text) as Workflow)
  // Those of GitLab have no such member.
  .filter(({ jobs }) => jobs !== undefined)

type Step = { run?: string; uses?: string; with?: Record<string, string> }
interface Workflow {
  name: string
  jobs: Record<string, { steps: Step[]; needs?: string; strategy?: { matrix: { shard: string[] } } }>
}
const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps))

test('every block of code says what it is, and every TypeScript one where it goes', () => {
  for (const { language, text } of fences) expect(['ts', 'sh', 'yaml', 'text'], text).toContain(language)
  for (const { path, text } of blocks)
    expect(path, text).toMatch(/^(vitest\.config\.ts|suites\/[\w/-]+(\.bench)?\.ts)$/)
  expect(Object.keys(suites), 'no two snippets are the same file').toHaveLength(files.length)
})

describe('the pages', () => {
  test('the README is short, and links every page of docs/', () => {
    expect(readme.split('\n').length - 1).toBeLessThanOrEqual(250)
    for (const file of pages) expect(readme).toContain(`](docs/${file})`)
  })

  test('each opens with its title and a sentence on what it is for', () => {
    for (const file of pages)
      expect(manual.get(`docs/${file}`), file).toMatch(/^# .+\n\nThis page [a-z][^.]+\./)
  })
})

describe('the TypeScript', () => {
  test('compiles under strict rules', async () => {
    const options = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      module: 'nodenext',
      target: 'es2024',
      types: ['node'],
    }
    await using project = await createFixture({
      ...suites,
      ...Object.fromEntries(configs.map(({ text }, index) => [`config-${index}/vitest.config.ts`, text])),
      'tsconfig.json': JSON.stringify({ compilerOptions: options, include: ['suites', 'config-*/*'] }),
    })
    const tsc = exec(process.execPath, [
      join(repository, 'node_modules/typescript/bin/tsc'),
      '-p',
      project.dir,
    ])
    await expect(tsc.catch((error: { stdout: string }) => error.stdout)).resolves.toMatchObject({
      stdout: '',
    })
  })

  test("runs: every suite, by the sharded workflow's own commands", async () => {
    await using server = await startScriptedOllama({
      models: [{ name: 'gemma3' }],
      call: { ttft: 8, per_token: 0.2, tokens: 24, reply: REPLY },
    })
    await using project = await createFixture({ ...suites, 'vitest.config.ts': configs[0]!.text })
    const env = { OLLAMA_HOST: server.url, CHIMERA_BLOCKS_MAX: '6' }
    const { shard, merge } = workflows.find(({ jobs }) => 'merge' in jobs)!.jobs
    const words = (job: typeof shard, index = ''): string[] =>
      job!.steps
        .find(({ run }) => run?.startsWith('npx vitest'))!
        .run!.replace('${{ matrix.shard }}', index)
        .split(' ')
        .slice(2)
    const shards = shard!.strategy!.matrix.shard
    for (const index of shards)
      expect((await runVitest(project.dir, words(shard, index), env)).exitCode).toBe(0)
    const upload = shard!.steps.find(({ uses }) => uses?.includes('upload-artifact'))!.with!
    expect(await readdir(join(project.dir, upload['path']!))).toHaveLength(shards.length)
    const { exitCode, output } = await runVitest(project.dir, words(merge), {})
    expect(output).not.toMatch(/FAIL/)
    expect(exitCode).toBe(0)
    const report = JSON.parse(await project.read('reports/report.json')) as {
      suites: { name: string; arms: { invalid: object }[] }[]
    }
    const named = Object.values(suites).flatMap(
      (text) => /\bagent(?:Bench|Sweep)\('([\w-]+)'/.exec(text)?.[1] ?? [],
    )
    expect(report.suites.map(({ name }) => name).toSorted()).toEqual(named.toSorted())
    expect(report.suites.flatMap(({ arms }) => arms.map(({ invalid }) => invalid))).toEqual(
      report.suites.flatMap(({ arms }) => arms.map(() => ({}))),
    )
  })

  test('runs: the first suite on the embedded engine', async () => {
    const [first] = Object.entries(suites)
    const config = configs.find(({ text }) => text.includes('embedded('))!.text
    await using project = await createFixture({ [first![0]]: first![1], 'vitest.config.ts': config })
    const { exitCode, output, report } = await project.bench([], { CHIMERA_BLOCKS_MAX: '1' })
    expect(output).toMatch(/on the embedded engine/)
    expect(report!.suites[0]!.arms.every(({ invalid }) => Object.keys(invalid).length === 0)).toBe(true)
    expect(exitCode).toBe(0)
  })
})

const REPLY =
  'The Rhine rises in the Alps. The Danube flows east. The Rhone turns south. All three begin within a day of each other on foot.'

describe('the commands', () => {
  const manifest = async () =>
    JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
      name: string
      scripts: Record<string, string>
      peerDependencies: Record<string, string>
      bin: Record<string, string>
    }
  const inline = [...documents.values()].flatMap((document) =>
    codeIn(proseOf(document)).filter((code) => /^(npm|npx|node|vitest) /.test(code)),
  )
  const shell = [...documents.values()].flatMap((document) =>
    fencesOf(document)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => text.trim().split('\n')),
  )
  const commands = [...shell, ...inline, ...steps.flatMap(({ run }) => run ?? [])]
    .flatMap((line) => line.split(' && '))
    .map((command) => command.replace(/^(\w+=\S+ )+/, '').replaceAll(/\$\{\{.*?\}\}/g, '1'))
  const starting = (words: string) =>
    commands
      .filter((command) => command.startsWith(`${words} `))
      .map((command) => command.slice(words.length + 1).split(' '))

  test('are of programs that are there', () => {
    for (const command of commands)
      expect(command).toMatch(
        /^(npm (ci|test|run|install)|npx vitest (bench|run)|npx vitest-chimera|vitest bench|node scripts\/|ollama pull)/,
      )
  })

  test('npm: scripts and packages exist', async () => {
    const { name, scripts, peerDependencies } = await manifest()
    for (const [script] of starting('npm run')) expect(scripts).toHaveProperty(script!)
    if (commands.includes('npm test')) expect(scripts).toHaveProperty('test')
    for (const words of starting('npm install'))
      for (const word of words)
        if (word !== '-D') expect([name, ...Object.keys(peerDependencies)]).toContain(word)
  })

  test('vitest: flags are its own, paths are there', async () => {
    const { stdout } = await exec(process.execPath, [
      join(repository, 'node_modules/vitest/vitest.mjs'),
      '--help',
      '--expand-help',
    ])
    const known = new Set(stdout.match(/--[\w.]+/g))
    const all = [
      ...starting('npx vitest bench'),
      ...starting('npx vitest run'),
      ...starting('vitest bench'),
    ].flat()
    for (const word of all) {
      if (word.startsWith('--'))
        expect(known, word).toContain(
          word.split('=')[0]!.replaceAll(/(?<=\w)-(\w)/g, (_, letter: string) => letter.toUpperCase()),
        )
      else if (!word.startsWith('[')) await access(join(repository, word))
    }
  })

  test('node: scripts are there', async () => {
    for (const [script] of starting('node')) await access(join(repository, script!))
  })

  test('vitest-chimera: commands and flags are in its help', async () => {
    const { bin } = await manifest()
    const flags = [...manual.values()]
      .flatMap((page) => codeIn(proseOf(page)))
      .filter((code) => code.startsWith('--'))
      .map((code) => code.split(' ')[0]!)
    const all = starting('npx vitest-chimera')
    expect(all.length).toBeGreaterThan(0)
    const program = join(repository, bin['vitest-chimera']!)
    const helps = new Map<string, string>()
    for (const name of new Set(all.map(([command]) => command!)))
      helps.set(name, (await exec(process.execPath, [program, name, '--help'])).stdout)
    for (const [command, ...words] of all)
      for (const word of words) if (word.startsWith('--')) expect(helps.get(command!)).toContain(word)
    for (const flag of flags) expect([...helps.values()].join('\n'), flag).toContain(flag)
  })
})

describe('the workflows', () => {
  test('are YAML, with jobs that are there and actions of a version', () => {
    expect(workflows.map(({ name }) => name)).toEqual(['bench', 'bench', 'bench-sharded'])
    for (const { jobs } of workflows) {
      for (const { needs, steps } of Object.values(jobs)) {
        if (needs !== undefined) expect(Object.keys(jobs)).toContain(needs)
        for (const { uses, run } of steps)
          expect(uses ?? run).toMatch(
            /^(actions\/[\w-]+@v\d+$|your-org\/vitest-chimera@main$|npm ci$|npx vitest bench|npx vitest-chimera gate|ollama pull )/,
          )
      }
    }
  })

  test('what is uploaded is what is written, and hidden folders are said to be so', () => {
    for (const { uses, with: options } of steps) {
      if (!uses?.startsWith('actions/upload-artifact')) continue
      expect(['reports/', '.vitest/blob/']).toContain(options!['path'])
      if (options!['path']!.startsWith('.')) expect(options!['include-hidden-files']).toBe(true)
    }
  })

  test('the action has the inputs and outputs of its table, with the same defaults', async () => {
    const action = parseYaml(await readDocument('action.yml')) as {
      inputs: Record<string, { default: string }>
      outputs: object
    }
    const rows = tableOf(manual.get('docs/ci.md')!, 'input').map((cells) => cells.map((cell) => codeIn(cell)))
    expect(rows.map(([name]) => name![0])).toEqual(Object.keys(action.inputs))
    for (const [name, standard] of rows)
      if (standard!.length > 0) expect(action.inputs[name![0]!]!.default).toContain(standard![0])
    const outputs = /^Outputs: (.*)\.$/m.exec(manual.get('docs/ci.md')!)![1]!
    expect(codeIn(outputs)).toEqual(Object.keys(action.outputs))
  })
})

describe('the tables', () => {
  /** Names in the first column of a table. */
  const names = (page: string, head: string): string[] =>
    tableOf(manual.get(page)!, head).flatMap(([cell]) => codeIn(cell!))

  test('metrics: every one, with its unit, direction, threshold and gate', () => {
    const rows = tableOf(manual.get('docs/metrics.md')!, 'metric').flatMap(
      ([cell, units, better, threshold, what]) =>
        codeIn(cell!).map((name, index) => ({
          name,
          unit: units!.split(', ')[index] ?? units!.split(', ')[0]!,
          better,
          threshold,
          what: what!,
        })),
    )
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...metricNames].toSorted())
    for (const { name, unit, better, threshold, what } of rows) {
      const metric = metrics[name as MetricName]
      expect([name, unit.replace('×', 'x'), better]).toEqual([name, metric.unit, metric.better])
      const relative = `${metric.threshold * 100} ${metric.difference === true ? 'points' : '%'}`
      expect([name, threshold]).toEqual([
        name,
        metric.floor > 0 ? `${relative}, ${metric.floor} ${metric.unit}` : relative,
      ])
      expect(what.endsWith('; gated'), `${name} is gated`).toBe(metric.gated)
    }
  })

  test('options: every one of agentBench, and those that agentSweep and the engine add', async () => {
    const golden = await readFile(new URL('./api.golden.txt', import.meta.url), 'utf8')
    const declared = (name: string): string[] => {
      const [, members] = new RegExp(`interface ${name}\\b[^{]*\\{\\n([^]*?)\\n\\}`).exec(golden)!
      return Array.from(members!.matchAll(/^ {4}(\w+)\??:/gm), (match) => match[1]!).toSorted()
    }
    const bench = names('docs/suites.md', 'option of `agentBench`').toSorted()
    expect(bench).toEqual(declared('AgentBenchOptions'))
    expect(names('docs/sweeps.md', 'option of `agentSweep`').toSorted()).toEqual(
      declared('AgentSweepOptions'),
    )
    expect(names('docs/servers.md', 'option of `embedded`').toSorted()).toEqual(declared('EmbeddedOptions'))
    const context = names('docs/suites.md', 'in the context').map((code) => code.replace(/\(.*/, ''))
    expect(context.toSorted()).toEqual(declared('AgentContext'))
  })

  test('every fault names the tests that prove it', async () => {
    const rows = documents
      .get('docs/faults.md')!
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (---|reason|wait|fault) \|/.test(line))
    expect(rows.length).toBeGreaterThanOrEqual(80)
    for (const row of rows) {
      const proofs = codeIn(row.split(' | ').at(-1)!)
      expect(proofs, row).not.toEqual([])
      for (const proof of proofs.filter((one) => !one.startsWith('npm run ')))
        await expect(access(join(repository, proof)), row).resolves.toBeUndefined()
    }
  })

  test('reasons, states and the gate: every one of the schemas', async () => {
    const schema = async (file: string) =>
      JSON.parse(await readFile(join(repository, 'schemas', file), 'utf8'))
    const trial = (await schema('trial.schema.json')) as { $defs: { trial_reason: { enum: string[] } } }
    expect(names('docs/faults.md', 'reason').toSorted()).toEqual(trial.$defs.trial_reason.enum.toSorted())
    const report = (await schema('report.schema.json')) as {
      $defs: Record<string, { properties: Record<string, { enum?: string[] }> }>
    }
    const states = report.$defs['concurrency']!.properties['verdict']!.enum!
    expect(names('docs/teams.md', 'state').toSorted()).toEqual(states.toSorted())
    const statuses = report.$defs['gate']!.properties['status']!.enum!
    expect(names('docs/reports.md', '`gate.status`').toSorted()).toEqual(statuses.toSorted())
  })

  test('verdicts, checks and files: every one', async () => {
    expect(names('README.md', 'verdict')).toEqual(['regressed', 'improved', 'unchanged', 'inconclusive'])
    const { text: _, runCheck: __, nameOf: ___, ...checks } = await import('../src/checks/index.ts')
    expect(
      names('docs/suites.md', 'check')
        .map((call) => call.replace(/\(.*/, ''))
        .toSorted(),
    ).toEqual(Object.keys(checks).toSorted())
    expect(names('docs/reports.md', 'file in `reports/`')).toEqual([
      'report.md',
      'report.html',
      'report.json',
      'summary.json',
      'comment.md',
      'trials.jsonl',
      'trace.json',
      'agents/<suite>/<arm>.md',
      'history/runs.jsonl',
    ])
  })

  test('variables: every one that the source reads', async () => {
    const sources = (await readdir(join(repository, 'src'), { recursive: true })).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    )
    const read = await Promise.all(
      sources.map(async (file) => readFile(join(repository, 'src', file), 'utf8')),
    )
    const used = new Set(
      read.flatMap((text) => text.match(/\bCHIMERA_[A-Z_]+|(?<=\bprocess\.env\[')[A-Z_]+/g) ?? []),
    )
    expect(names('docs/servers.md', 'variable').toSorted()).toEqual([...used].toSorted())
  })
})

test('every link within the repository leads somewhere', async () => {
  for (const [name, document] of documents) {
    for (const [, target] of proseOf(document).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [to, anchor] = target!.split('#')
      const path = join(dirname(name), to!)
      if (to !== '') await access(join(repository, path))
      const pointed = to === '' ? document : path.endsWith('.md') ? await readDocument(path) : ''
      if (anchor !== undefined) expect(anchorsOf(pointed), `${name}: ${target}`).toContain(anchor)
    }
    const paths = codeIn(proseOf(document)).filter((code) =>
      /^(src|suites|schemas|scripts|test|docs)\/[\w./-]+$/.test(code),
    )
    for (const path of paths) await access(join(repository, path))
  }
})

test('the way to a line leads through files that name the next step', async () => {
  const page = await readDocument('ARCHITECTURE.md')
  const steps = [...page.matchAll(/\]\((src\/[\w/.-]+)\)\s\(`(\w+)`\)/g)]
  expect(steps).toHaveLength(7)
  for (const [, path, name] of steps)
    expect(await readFile(join(repository, path!), 'utf8'), path).toMatch(new RegExp(`\\b${name}\\b`))
  const named = page.split('## A TTFT')[1]!.split('## Five clicks')[0]!
  const files = new Set(named.match(/[\w/-]+\.ts\b/g))
  const all = (await readdir(join(repository, 'src'), { recursive: true })).map((path) => `/${path}`)
  for (const file of files)
    expect(
      all.some((path) => path.endsWith(`/${file}`)),
      file,
    ).toBe(true)
  expect(named).toContain(`That is ${files.size - 1} files`)
})
