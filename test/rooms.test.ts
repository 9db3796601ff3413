/** The table of rooms bites: files that break each of its rules are reported by the linter, those that keep them are not. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../', import.meta.url))

interface Override {
  files: string[]
  rules: { 'no-restricted-imports'?: ['error', { patterns: { message: string }[] }] }
}

/** By file: what it may not import, each with a word of what the linter has to say to it. */
const forbidden: Record<string, Record<string, RegExp>> = {
  'src/stats/broken.ts': {
    '../call/index.ts': /leaf/,
    '../metrics.ts': /leaf/,
    '../errors.ts': /leaf/,
    'node:fs': /leaf/,
    vitest: /leaf/,
  },
  'src/errors.ts': { './metrics.ts': /leaf/, './text/index.ts': /leaf/, 'node:util': /leaf/ },
  'src/metrics.ts': { './errors.ts': /leaf/ },
  'src/json.ts': { './errors.ts': /leaf/ },
  'src/secrets.ts': { './errors.ts': /leaf/, 'node:util': /leaf/ },
  'src/clock.ts': { './metrics.ts': /leaf/ },
  'src/optional.ts': { './json.ts': /leaf/ },
  'src/stream.ts': { './metrics.ts': /leaf/ },
  'src/schema/validate.ts': { '../report/index.ts': /validate/, vitest: /validate/ },
  'src/schema/other.ts': { 'ajv/dist/2020.js': /ajv/, 'ajv-formats': /ajv/ },
  'src/vitest/environment.ts': {
    vitest: /Vitest is known/,
    'vitest/node': /Vitest is known/,
    vite: /Vitest is known/,
    ajv: /ajv/,
  },
  'src/call/broken.ts': {
    '../server/index.ts': /call measures/,
    '../report/index.ts': /call measures/,
    '../run/agent.ts': /call measures/,
    '../judge/plan.ts': /call measures/,
    '../rank/plan.ts': /call measures/,
    '../embedded/index.ts': /call measures/,
    '../vitest/wire.ts': /call measures/,
    vitest: /call measures/,
    'ajv/dist/2020.js': /call measures/,
  },
  'src/server/broken.ts': {
    '../run/agent.ts': /server asks/,
    '../report/index.ts': /server asks/,
    '../vitest/wire.ts': /server asks/,
    ajv: /server asks/,
  },
  'src/judge/broken.ts': {
    '../call/index.ts': /pure/,
    '../run/plan.ts': /pure/,
    '../checks/index.ts': /pure/,
    '../report/index.ts': /pure/,
    '../rank/plan.ts': /pure/,
    'node:fs': /pure/,
  },
  'src/rank/broken.ts': {
    '../call/index.ts': /pure/,
    '../run/suite.ts': /pure/,
    '../report/index.ts': /pure/,
    'node:crypto': /pure/,
    vitest: /pure/,
  },
  'src/run/broken.ts': {
    '../report/index.ts': /run never/,
    '../embedded/index.ts': /run never/,
    '../compare/read.ts': /run never/,
    '../import/read.ts': /run never/,
    '../vitest/wire.ts': /run never/,
    '../vitest/reporter.ts': /run never/,
    vitest: /run never/,
    'node:fs/promises': /run never/,
  },
  'src/requests/broken.ts': {
    '../run/suite.ts': /requests compares/,
    '../judge/plan.ts': /requests compares/,
    '../call/index.ts': /requests compares/,
    '../report/index.ts': /requests compares/,
    'node:fs': /requests compares/,
    vitest: /requests compares/,
  },
  'src/checks/broken.ts': {
    '../run/agent.ts': /errors and schema only/,
    '../call/index.ts': /errors and schema only/,
    '../metrics.ts': /errors and schema only/,
    'node:fs': /errors and schema only/,
    vitest: /errors and schema only/,
  },
  'src/text/broken.ts': {
    '../errors.ts': /text is a leaf/,
    '../metrics.ts': /text is a leaf/,
    'node:fs': /text is a leaf/,
  },
  'src/report/print/broken.ts': {
    '../../judge/assess.ts': /A printer knows/,
    '../../call/index.ts': /A printer knows/,
    '../model.ts': /A printer knows/,
    '../document/run.ts': /A printer knows/,
    'node:fs': /A printer knows/,
  },
  'src/report/document/broken.ts': {
    '../../call/index.ts': /Documents are pure/,
    '../../vitest/reporter.ts': /Documents are pure/,
    'node:fs': /Documents are pure/,
  },
  'src/report/broken.ts': {
    '../call/index.ts': /Documents are pure/,
    '../run/suite.ts': /Documents are pure/,
    '../checks/index.ts': /Documents are pure/,
    '../compare/read.ts': /Documents are pure/,
    '../vitest/reporter.ts': /Documents are pure/,
    'node:fs': /Documents are pure/,
    'node:fs/promises': /Documents are pure/,
  },
  'src/report/store.ts': { '../run/suite.ts': /store/, '../call/index.ts': /store/ },
  'src/gate/broken.ts': {
    '../run/plan.ts': /measures and judges nothing/,
    '../judge/gate.ts': /measures and judges nothing/,
  },
  'src/init/broken.ts': {
    '../run/plan.ts': /judges and reports nothing/,
    '../report/index.ts': /judges and reports nothing/,
    ajv: /judges and reports nothing/,
  },
  'src/doctor/broken.ts': {
    '../run/plan.ts': /runs and reports nothing/,
    '../report/index.ts': /runs and reports nothing/,
    ajv: /runs and reports nothing/,
  },
  'src/render/broken.ts': {
    '../run/plan.ts': /it judges nothing/,
    '../judge/gate.ts': /it judges nothing/,
    'node:fs': /it judges nothing/,
  },
  'src/history/broken.ts': {
    '../run/plan.ts': /finished reports only/,
    '../judge/gate.ts': /finished reports only/,
    vitest: /finished reports only/,
  },
  'src/audit/broken.ts': {
    '../call/index.ts': /the runs measure and judge/,
    '../run/plan.ts': /the runs measure and judge/,
    '../gate/command.ts': /the runs measure and judge/,
    '../vitest/reporter.ts': /the runs measure and judge/,
    vitest: /the runs measure and judge/,
  },
  'src/compare/broken.ts': {
    '../run/plan.ts': /stored reports/,
    '../call/index.ts': /stored reports/,
    '../import/read.ts': /stored reports/,
    'node:fs/promises': /read\.ts alone/,
  },
  'src/compare/read.ts': { '../run/plan.ts': /stored reports/ },
  'src/publish/broken.ts': {
    '../run/plan.ts': /runs and judges nothing/,
    '../judge/assess.ts': /runs and judges nothing/,
    '../base/index.ts': /runs and judges nothing/,
    vitest: /runs and judges nothing/,
  },
  'src/import/broken.ts': {
    '../call/index.ts': /older files/,
    '../run/suite.ts': /older files/,
    '../compare/read.ts': /older files/,
    'node:fs': /command\.ts alone/,
  },
  'src/import/command.ts': { '../run/trial.ts': /older files/ },
  'src/base/broken.ts': {
    '../run/plan.ts': /nothing of what is run in them/,
    '../call/index.ts': /nothing of what is run in them/,
    '../judge/plan.ts': /nothing of what is run in them/,
    '../report/index.ts': /nothing of what is run in them/,
    '../plugin.ts': /nothing of what is run in them/,
    vite: /nothing of what is run in them/,
    vitest: /nothing of what is run in them/,
  },
  'src/base/plugin.ts': { '../run/plan.ts': /stands in for Vitest/, '../index.ts': /stands in for Vitest/ },
  'src/embedded/broken.ts': {
    '../call/index.ts': /stands alone/,
    '../run/plan.ts': /stands alone/,
    '../metrics.ts': /stands alone/,
    vitest: /stands alone/,
  },
  'src/embedded/openai/broken.ts': { '../../run/plan.ts': /stands alone/, vitest: /stands alone/ },
  'src/vitest/provider.ts': {
    './reporter.ts': /main side/,
    '../plugin.ts': /main side/,
    '../report/index.ts': /main side/,
  },
  'src/vitest/reporter.ts': {
    './provider.ts': /worker side/,
    '../index.ts': /worker side/,
    '../run/suite.ts': /worker side/,
    '../run/trial.ts': /worker side/,
  },
  'src/plugin.ts': { './vitest/provider.ts': /worker side/, './embedded/index.ts': /worker side/ },
  'src/index.ts': {
    './plugin.ts': /never loads/,
    './vitest/reporter.ts': /never loads/,
    './vitest/wire.ts': /never loads/,
    './embedded/index.ts': /never loads/,
    './report/index.ts': /never loads/,
  },
  'src/vitest/wire.ts': {
    '../run/suite.ts': /neither/,
    '../report/index.ts': /neither/,
    './reporter.ts': /neither/,
  },
  'src/cli.ts': {
    './compare/build.ts': /command line/,
    './index.ts': /command line/,
    './call/index.ts': /command line/,
    vitest: /command line/,
  },
}

const allowed: Record<string, string[]> = {
  'src/stats/whole.ts': ['./summary.ts'],
  'src/schema/validate.ts': [
    'ajv/dist/2020.js',
    'ajv-formats',
    './messages.ts',
    '../errors.ts',
    './generated.ts',
    'node:fs',
  ],
  'src/errors.ts': ['./secrets.ts'],
  'src/call/whole.ts': [
    '../secrets.ts',
    '../errors.ts',
    '../metrics.ts',
    '../stats/index.ts',
    '../schema/generated.ts',
    './arm.ts',
    'ollama',
    'node:http',
  ],
  'src/server/whole.ts': ['../call/index.ts', '../errors.ts', '../text/index.ts'],
  'src/judge/whole.ts': [
    '../errors.ts',
    '../metrics.ts',
    '../stats/index.ts',
    '../schema/generated.ts',
    './plan.ts',
  ],
  'src/rank/whole.ts': ['../judge/assess.ts', '../stats/index.ts', '../call/arm.ts', '../metrics.ts'],
  'src/run/whole.ts': [
    '../call/index.ts',
    '../server/index.ts',
    '../judge/assess.ts',
    '../stats/index.ts',
    '../rank/plan.ts',
    '../checks/index.ts',
    'node:crypto',
  ],
  'src/requests/whole.ts': [
    '../call/protocol/protocol.ts',
    '../json.ts',
    '../schema/generated.ts',
    '../text/index.ts',
    'diff',
    'node:crypto',
  ],
  'src/checks/whole.ts': ['../schema/validate.ts', '../schema/generated.ts', './check.ts', '../errors.ts'],
  'src/text/whole.ts': ['./numbers.ts', 'node:util'],
  'src/import/whole.ts': ['../call/messages.ts', '../judge/messages.ts'],
  'src/report/print/whole.ts': [
    '../document/blocks.ts',
    '../pictures/strip.ts',
    '../../text/index.ts',
    'node:crypto',
  ],
  'src/report/document/whole.ts': ['../../judge/values.ts', '../headline.ts', './blocks.ts'],
  'src/report/whole.ts': ['../judge/assess.ts', '../rank/judge.ts', '../stats/index.ts', 'node:crypto'],
  'src/report/store.ts': ['node:fs/promises', './print/html.ts'],
  'src/compare/read.ts': ['node:fs/promises', '../schema/validate.ts'],
  'src/gate/whole.ts': ['../base/index.ts', '../errors.ts', 'node:child_process'],
  'src/init/whole.ts': ['../base/index.ts', '../errors.ts', '../text/index.ts', 'diff', 'node:fs/promises'],
  'src/init/config.ts': ['vitest/node', '../json.ts'],
  'src/doctor/project.ts': ['vitest/node', '../base/index.ts', '../server/index.ts', '../run/environment.ts'],
  'src/render/whole.ts': ['../compare/read.ts', '../import/document.ts', '../report/index.ts'],
  'src/history/whole.ts': ['../compare/fingerprint.ts', '../report/index.ts', '../stats/index.ts', 'node:fs'],
  'src/audit/whole.ts': [
    '../gate/bench.ts',
    '../compare/read.ts',
    '../run/environment.ts',
    '../report/index.ts',
  ],
  'src/compare/whole.ts': ['../report/store.ts', '../stats/index.ts'],
  'src/publish/whole.ts': ['../report/index.ts', '../compare/read.ts', '../errors.ts', 'node:fs'],
  'src/import/command.ts': ['node:fs', '../report/index.ts'],
  'src/base/whole.ts': ['../errors.ts', '../json.ts', '../text/index.ts', 'node:child_process'],
  'src/base/plugin.ts': ['vite', './paths.ts'],
  'src/base/quiet.ts': ['vitest'],
  'src/embedded/whole.ts': [
    'node-llama-cpp',
    '../errors.ts',
    '../json.ts',
    '../clock.ts',
    './engine.ts',
    'node:http',
  ],
  'src/vitest/provider.ts': ['vitest', 'tinybench', '../run/suite.ts', './wire.ts'],
  'src/vitest/wire.ts': ['vitest', '../run/agent.ts', '../judge/plan.ts'],
  'src/vitest/reporter.ts': ['vitest/node', '../report/index.ts', './wire.ts'],
  'src/index.ts': ['vitest', './run/agent.ts', './vitest/index.ts'],
  'src/plugin.ts': ['vitest/node', './vitest/index.ts'],
  'src/cli.ts': ['./command.ts', './errors.ts', './compare/command.ts'],
  'src/call/whole.test.ts': ['vitest', '../report/index.ts', 'node:fs'],
}

interface Diagnostic {
  filename: string
  code: string
  message: string
  labels: { span: { line: number } }[]
}

/** What the linter says of a tree of files that hold just these imports, by `file import`. */
async function lint(): Promise<Map<string, string>> {
  const files = Map.groupBy([...rules(forbidden), ...Object.entries(allowed)], ([file]) => file)
  const imports = new Map([...files].map(([file, entries]) => [file, entries.flatMap(([, some]) => some)]))
  const dir = await mkdtemp(join(tmpdir(), 'chimera-rooms-'))
  try {
    for (const [file, some] of imports) {
      await mkdir(dirname(join(dir, file)), { recursive: true })
      await writeFile(
        join(dir, file),
        some.map((from, index) => `import * as other${index} from '${from}'\n`).join(''),
      )
    }
    // As it is, but for the rules that need types: what is named here need not exist.
    const { options: _, ...config } = await readConfig()
    await writeFile(join(dir, '.oxlintrc.json'), JSON.stringify(config))
    const { diagnostics } = JSON.parse(await oxlint(dir)) as { diagnostics: Diagnostic[] }
    const found = diagnostics.filter(({ code }) => code.includes('no-restricted-imports'))
    return new Map(
      found.map(({ filename, message, labels, ...rest }) => [
        `${filename} ${imports.get(filename)?.[labels[0]!.span.line - 1]}`,
        JSON.stringify([message, rest]),
      ]),
    )
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function rules(table: typeof forbidden): [string, string[]][] {
  return Object.entries(table).map(([file, bad]) => [file, Object.keys(bad)])
}

async function readConfig(): Promise<{ overrides: Override[]; options: unknown }> {
  return JSON.parse(await readFile(join(repository, '.oxlintrc.json'), 'utf8')) as {
    overrides: Override[]
    options: unknown
  }
}

function oxlint(cwd: string): Promise<string> {
  const bin = join(repository, 'node_modules/oxlint/bin/oxlint')
  // It exits with 1 when it finds something, which it is meant to.
  return new Promise((resolve) =>
    execFile(process.execPath, [bin, '--format', 'json', '.'], { cwd, maxBuffer: 1e8 }, (_, stdout) =>
      resolve(stdout),
    ),
  )
}

describe('the linter', () => {
  let said: Map<string, string>
  beforeAll(async () => {
    said = await lint()
  })

  test.each(
    Object.entries(forbidden).flatMap(([file, bad]) =>
      Object.entries(bad).map(([from, message]) => [file, from, message] as const),
    ),
  )('%s may not import %s', (file, from, message) =>
    expect(said.get(`${file} ${from}`) ?? 'nothing').toMatch(message),
  )

  test.each(
    Object.entries(allowed).flatMap(([file, imports]) => imports.map((from) => [file, from] as const)),
  )('%s may import %s', (file, from) => {
    expect(said.get(`${file} ${from}`)).toBeUndefined()
  })
})

describe('the table', () => {
  const rooms = async () =>
    (await readdir(join(repository, 'src'), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)

  test('has a rule for every room, and every rule has a test that breaks it', async () => {
    const { overrides } = await readConfig()
    const files = overrides.flatMap((override) => override.files)
    for (const room of await rooms())
      expect(
        files.filter((glob) => glob.startsWith(`src/${room}/`)),
        room,
      ).not.toEqual([])
    const broken = Object.values(forbidden).flatMap((bad) => Object.values(bad))
    for (const { message } of overrides.flatMap(
      ({ rules }) => rules['no-restricted-imports']?.[1].patterns ?? [],
    )) {
      expect(
        broken.some((words) => words.test(message)),
        message,
      ).toBe(true)
    }
  })

  test('stands in CONTRIBUTING.md as well, room by room', async () => {
    const text = await readFile(join(repository, 'CONTRIBUTING.md'), 'utf8')
    const rows = Array.from(text.matchAll(/^\| `src\/(\w+)\/` \|/gm), (match) => match[1]!)
    expect(rows.toSorted()).toEqual((await rooms()).toSorted())
    for (const file of [
      'index',
      'plugin',
      'errors',
      'metrics',
      'json',
      'clock',
      'optional',
      'secrets',
      'cli',
    ])
      expect(text).toContain(`| \`src/${file}.ts\` |`)
  })
})
