/** Which files a project needs, and which of them it has. Reads, and writes nothing. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { exists, managers } from '../base/index.ts'
import { objectOf, parseJson, type JsonObject } from '../json.ts'
import { defined, present } from '../optional.ts'
import { withPlugin } from './config.ts'
import { CONFIG, installs, suiteFile, workflowFile } from './files.ts'
import { initErrors, initTexts } from './messages.ts'

export interface PlannedFile {
  /** Absolute. */
  path: string
  text: string
  /** Its text now, if it exists. */
  before?: string
}

export interface Plan {
  /** Where the Vitest config is. */
  folder: string
  /** The top of the repository, or the folder outside of one. */
  root: string
  files: PlannedFile[]
  /** What stays as it is, and why. */
  kept: string[]
  /** What is left to the user. */
  remaining: string[]
  /** The command that installs the packages, where package.json does not name them. */
  install?: string
}

/** @throws ChimeraError without a package.json, and in a workspace with several configs */
export async function planOf(asked: string, model: string): Promise<Plan> {
  const { folder, manifest } = await locate(asked)
  const root = await findTop(folder)
  const plan: Plan = { folder, root, files: [], kept: [], remaining: [] }
  const keep = (path: string, why: string): void =>
    void plan.kept.push(initTexts.kept(relative(root, path), why))
  const create = async (path: string, text: string): Promise<void> => {
    if (await exists(path)) keep(path, 'it exists')
    else plan.files.push({ path, text })
  }

  await planConfig(plan, manifest, keep)
  await create(join(folder, 'suites/rivers/rivers.bench.ts'), suiteFile(model))
  const { name, at } = await managerOf(folder, root)
  if ((await exists(join(root, '.gitlab-ci.yml'))) && !(await exists(join(root, '.github'))))
    plan.remaining.push(initTexts.gitlab())
  else {
    const [install = '', gate = ''] = [at, folder].map((one) => relative(root, one).split(sep).join('/'))
    const workflow = workflowFile(installs[name].workflow, model, { install, gate })
    await create(join(root, '.github/workflows/bench.yml'), workflow)
  }
  await planIgnore(plan, keep)
  return { ...plan, ...defined({ install: await missingPackages(manifest, root, installs[name].add) }) }
}

const CONFIGS = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.${extension}`),
)

async function configIn(folder: string): Promise<string | undefined> {
  const names = new Set(await readdir(folder).catch(() => []))
  const found = CONFIGS.find((name) => names.has(name))
  return found === undefined ? undefined : join(folder, found)
}

/** The folder that was asked for, or of a workspace the one package that has a Vitest config. */
async function locate(asked: string): Promise<{ folder: string; manifest: JsonObject }> {
  const manifest = await manifestOf(asked)
  if (manifest === undefined) throw initErrors.noProject(asked)
  const isWorkspace = 'workspaces' in manifest || (await exists(join(asked, 'pnpm-workspace.yaml')))
  if (!isWorkspace || (await configIn(asked)) !== undefined) return { folder: asked, manifest }
  const packages: { folder: string; manifest: JsonObject }[] = []
  for (const folder of await foldersBelow(asked, 2)) {
    const own = await manifestOf(folder)
    if (own !== undefined && (await configIn(folder)) !== undefined) packages.push({ folder, manifest: own })
  }
  if (packages.length > 1)
    throw initErrors.severalConfigs(packages.map(({ folder }) => relative(process.cwd(), folder)))
  return packages[0] ?? { folder: asked, manifest }
}

async function foldersBelow(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const own = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => join(folder, name))
  const below = depth > 1 ? await Promise.all(own.map((one) => foldersBelow(one, depth - 1))) : []
  return [...own, ...below.flat()]
}

async function planConfig(
  plan: Plan,
  manifest: JsonObject,
  keep: (path: string, why: string) => void,
): Promise<void> {
  const path = await configIn(plan.folder)
  if (path === undefined) {
    // Where .ts is CommonJS, the package could only be required.
    const name = manifest['type'] === 'module' ? 'vitest.config.ts' : 'vitest.config.mts'
    plan.files.push({ path: join(plan.folder, name), text: CONFIG })
    return
  }
  const before = await readFile(path, 'utf8')
  if (before.includes('vitest-chimera/plugin')) return keep(path, 'it has the plugin')
  const text = withPlugin(before, path.endsWith('ts') ? 'ts' : 'js')
  if (text === undefined) plan.remaining.push(initTexts.addPlugin(relative(plan.root, path)))
  else plan.files.push({ path, text, before })
}

async function planIgnore(plan: Plan, keep: (path: string, why: string) => void): Promise<void> {
  const path = join(plan.folder, '.gitignore')
  const before = await readFile(path, 'utf8').catch(() => undefined)
  const lines = (before ?? '').split('\n').map((line) => line.trim())
  if (lines.some((line) => /^\/?reports\/?$/.test(line))) return keep(path, 'it has reports/')
  const gap = before === undefined || before === '' || before.endsWith('\n') ? '' : '\n'
  plan.files.push({ path, text: `${before ?? ''}${gap}reports/\n`, ...(before !== undefined && { before }) })
}

/** The nearest lock file up to the top says which manager installs, and where. */
async function managerOf(folder: string, top: string): Promise<{ name: keyof typeof installs; at: string }> {
  for (let at = folder; ; at = dirname(at)) {
    for (const { name, locks } of managers)
      for (const lock of locks) if (await exists(join(at, lock))) return { name, at }
    if (at === top || dirname(at) === at) return { name: 'npm', at: top }
  }
}

async function missingPackages(manifest: JsonObject, root: string, add: string): Promise<string | undefined> {
  const top = (await manifestOf(root)) ?? {}
  const known = [manifest, top].flatMap((one) =>
    ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((field) =>
      Object.keys(objectOf(one[field])),
    ),
  )
  const missing = present(...['vitest-chimera', 'vitest'].map((name) => !known.includes(name) && name))
  return missing.length === 0 ? undefined : `${add} ${missing.join(' ')}`
}

async function manifestOf(folder: string): Promise<JsonObject | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : objectOf(parseJson(text))
}

/** The folder with .git, at or above this one. */
async function findTop(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return at
    if (dirname(at) === at) return folder
  }
}
