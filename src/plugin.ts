/**
 * Config side: wires provider, reporter and server into `vitest bench`. Other Vitest runs are left alone.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join, relative, resolve } from 'node:path'
import type { Plugin } from 'vite'
import type { TestProject, Vitest } from 'vitest/node'
// Brings the type of the configureVitest hook with it.
import type { ViteUserConfig as _ } from 'vitest/config'
import { basePlugin, prepareBase, sparseOf, type PreparedBase } from './base/index.ts'
import type { BlocksInput, ThresholdInput } from './run/agent.ts'
import type { AuditSettings } from './run/environment.ts'
import { keepSecret, keepVariables } from './secrets.ts'
import type { Place } from './server/ask.ts'
import { resolveHost } from './server/host.ts'
import type { MetricName } from './metrics.ts'
import {
  keepYoungRoom,
  pluginTexts,
  YOUNG_ROOM,
  type ProvidedSettings,
  type ReporterOptions,
} from './vitest/index.ts'

/** A model server that lives as long as the run, such as `embedded()` from `vitest-chimera/embedded`. */
export interface RunServer {
  kind: string
  /** What it was made with; of `embedded()` they are checked before it starts. */
  options?: unknown
  /** Starts the server; rejects with a ChimeraError that names what is missing. */
  start: () => Promise<{ url: string; stop: () => Promise<void> }>
}

/** Options of {@link chimera}; all are optional. */
export interface ChimeraOptions {
  /** The server of every arm without a `host`. Unset: OLLAMA_HOST, read as Ollama reads it. */
  server?: RunServer | undefined
  /** Smallest relative change that matters, by metric, for every suite; a metric named here is gated. */
  thresholds?: Partial<Record<MetricName, ThresholdInput>>
  /** Minimum and maximum number of blocks of every suite. Default 6 to 200; see `blocks` of agentBench. */
  blocks?: BlocksInput
  /** Former name of `blocks`. */
  pairs?: BlocksInput
  /** Names of environment variables whose values are secrets; they are removed from everything the run writes. */
  secrets?: readonly string[]
  /** Folder of the reports, relative to the project's root. Default `reports`. */
  outputDir?: string
}

/** What all projects of a run share, each with a plugin of its own: one tree of base and one reporter. */
interface Wiring {
  prepared: PreparedBase | undefined
  /** Bench files that base has and head no longer: each project adds those of its own before the run starts. */
  removed: string[]
  outputDir: string
  projects: WeakSet<TestProject>
}

const wirings = new WeakMap<Vitest, Promise<Wiring>>()

/** The plugin: `defineConfig({ plugins: [chimera()] })`. */
export default function chimera(options: ChimeraOptions = {}): Plugin[] {
  let server: Promise<Place> | undefined
  let prepared: PreparedBase | undefined
  const main: Plugin = {
    name: 'vitest-chimera',
    // Vitest reads the list before it calls the other hook.
    config: () => ({ test: { server: { deps: { external: [ownModules()] } } } }),
    // Vitest waits for the hook, though its type does not say so.
    // oxlint-disable-next-line typescript/no-misused-promises
    async configureVitest({ project, vitest }: { project: TestProject; vitest: Vitest }) {
      if (!project.config.benchmark.enabled) return
      keepYoungRoom()
      const audit = await checkSettings(options, vitest, !wirings.has(vitest))
      const merging = vitest.config.mergeReports !== undefined
      const wiring = wirings.get(vitest) ?? wire(options, vitest)
      wirings.set(vitest, wiring)
      const { removed, outputDir, projects, ...shared } = await wiring
      if (projects.has(project)) return vitest.logger.warn(pluginTexts.twice(project.name))
      projects.add(project)
      if (outputOf(options, vitest) !== outputDir) vitest.logger.warn(pluginTexts.otherOutput(outputDir))
      prepared = shared.prepared
      if (prepared !== undefined) removed.push(...(await removedFiles(prepared, project)))
      server ??= merging ? Promise.resolve({ host: '' }) : openServer(options, vitest)
      const { config } = project
      const { provider } = config.benchmark
      // A suite of many blocks accesses exports far more often than the benchmarks that the warning is meant for.
      const suppressExportGetterWarnings = true
      config.benchmark = {
        ...config.benchmark,
        suppressExportGetterWarnings,
        provider: adapter('provider'),
      }
      // A suite that ends its worker must not take others with it, also where tests share workers.
      config.isolate = true
      // Threads share a process, and are refused such options.
      if (config.pool === 'forks' || config.pool === 'vmForks')
        config.execArgv = [YOUNG_ROOM, ...config.execArgv]
      config.setupFiles = [adapter('setup'), ...config.setupFiles]
      // Where the tree of base lies, for configs that replaced Vitest's own list.
      if (prepared !== undefined) config.exclude = [...config.exclude, '**/.git/**']
      project.provide('chimera', {
        root: vitest.config.root,
        ...(await server),
        thresholds: options.thresholds ?? {},
        blocks: options.blocks ?? options.pairs ?? {},
        renamed: options.pairs === undefined ? [] : ['chimera()'],
        secrets: options.secrets ?? [],
        ...(provider !== undefined && { provider }),
        shard: vitest.config.shard !== undefined,
        ...(audit !== undefined && { audit }),
        ...(prepared !== undefined && { base: prepared.base }),
        removed,
      } satisfies ProvidedSettings)
    },
  }
  return [main, basePlugin(() => prepared?.base)]
}

/** Refuses what the config and the environment set wrongly; says what an audit plants, if this is one. Loaded where it is needed: other Vitest runs need none of it. */
async function checkSettings(
  options: ChimeraOptions,
  { vite, config, logger }: Vitest,
  isFirst: boolean,
): Promise<AuditSettings | undefined> {
  const { checkOptions } = await import('./schema/options.ts')
  const { checkEnvironment, misspelled, readAudit } = await import('./run/environment.ts')
  const { configFile } = vite.config
  const file = configFile === undefined ? 'the Vitest config' : relative(config.root, configFile)
  checkOptions('chimera', options, `chimera() in ${file}`)
  // A server of the user's own may wrap the engine and keep its options to itself.
  if (options.server?.kind === 'embedded' && options.server.options !== undefined)
    checkOptions('embedded', options.server.options, `embedded() in ${file}`)
  checkEnvironment(process.env)
  if (isFirst)
    for (const { name, meant } of misspelled(process.env)) logger.warn(pluginTexts.misspelled(name, meant))
  keepVariables(process.env)
  keepSecret(...(options.secrets ?? []).map((name) => process.env[name]))
  return readAudit(process.env)
}

/** The tree that CHIMERA_BASE asks to hold head against; undefined where configs are compared. */
async function openBase(vitest: Vitest): Promise<PreparedBase | undefined> {
  const ref = process.env['CHIMERA_BASE']?.trim()
  if (ref === undefined || ref === '') return undefined
  const onInstall = (command: string): void => vitest.logger.log(`base: ${command}`)
  const keep = process.env['CHIMERA_KEEP_BASE'] === '1'
  const prepared = await prepareBase({ root: vitest.config.root, ref, keep, onInstall })
  vitest.onClose(async () => {
    await prepared.release()
    if (keep) vitest.logger.log(`The files of base are kept in ${prepared.base.tree}; delete them after use.`)
  })
  return prepared
}

async function openServer(options: ChimeraOptions, vitest: Vitest): Promise<Place> {
  if (options.server === undefined) return resolveHost(process.env['OLLAMA_HOST'])
  const { url, stop } = await options.server.start()
  vitest.onClose(stop)
  return { host: url }
}

/** Bench files of base that head no longer has, by what the project takes for one. */
async function removedFiles({ base, files }: PreparedBase, project: TestProject): Promise<string[]> {
  const gone = files.filter((file) => {
    const path = join(base.top, file)
    return !existsSync(path) && project.matchesTestGlob(path, () => textOf(join(base.tree, file)))
  })
  if (gone.length === 0) return []
  const sparse = await sparseOf(base.top, gone)
  return gone.filter((file) => !sparse.has(file))
}

/** What base's file says, where Vitest asks; for nothing at all it would read head's, which is not there. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8') || ' '
  } catch {
    return ' '
  }
}

async function wire(options: ChimeraOptions, vitest: Vitest): Promise<Wiring> {
  const prepared = vitest.config.mergeReports === undefined ? await openBase(vitest) : undefined
  const removed: string[] = []
  const outputDir = outputOf(options, vitest)
  addReporter(vitest, { outputDir, removed })
  return { prepared, removed, outputDir, projects: new WeakSet() }
}

function outputOf(options: ChimeraOptions, { config }: Vitest): string {
  const dir = resolve(config.root, options.outputDir ?? 'reports')
  // What an audit measures is no report of the project, and takes the place of none.
  return process.env['CHIMERA_AUDIT'] ? join(dir, 'audit') : dir
}

function addReporter({ config }: Vitest, ours: ReporterOptions): void {
  config.watch = false
  // First, so that its progress line is gone before any other reporter prints; and without the
  // default reporter's window, which would redraw over it.
  config.reporters = [
    [adapter('reporter'), { ...ours }],
    ...config.reporters.map((reporter): typeof reporter =>
      Array.isArray(reporter) && reporter[0] === 'default'
        ? ['default', { ...reporter[1], summary: false }]
        : reporter,
    ),
  ]
}

/**
 * In node_modules a package loads natively by itself; inside its own repository, or linked, it would be transformed: every
 * import on the measuring path would become a getter, and what the main process keeps of each module takes 100 MB.
 */
function ownModules(): RegExp {
  const here = fileURLToPath(new URL('.', import.meta.url)).replaceAll('\\', '/')
  return new RegExp(`^${here.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*\\.js$`)
}

/** A module of the adapter, compiled or not. */
function adapter(name: string): string {
  return fileURLToPath(
    new URL(`./vitest/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  )
}
