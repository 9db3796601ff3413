/** An install of base's own packages, in a checkout of base that is kept for its lock file. */
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkOut, type Part } from './checkout.ts'
import type { Install } from './dependencies.ts'
import { baseErrors } from './errors.ts'
import { git } from './git.ts'
import { exists } from './paths.ts'
import { hold, type Held } from './store.ts'

/** A registry that does not answer must not hold up the run forever, ms. */
const LIMIT_MS = 15 * 60_000

export interface InstallOptions {
  parts: readonly Part[]
  /** Folder of all installs. */
  store: string
  /** Longest time of an install, ms. */
  limit?: number
  /** Told before an install that may take a while, with its command. */
  onInstall?: ((command: string) => void) | undefined
}

/** A checkout with base's packages in it: one that is there already, or one that is installed now. */
export async function install(wanted: Install, options: InstallOptions): Promise<Held> {
  const { parts, store } = options
  return hold(store, wanted.key, async (folder) => {
    await checkOut(parts, folder)
    // Scripts such as `prepare` ask git where they are and write into its config: that of a repository of their own.
    await git(folder, ['init', '--quiet', '--template='])
    await runManager(wanted, folder, options)
    await rm(join(folder, '.git'), { recursive: true, force: true })
  })
}

async function runManager(wanted: Install, checkout: string, options: InstallOptions): Promise<void> {
  const { manager, lock } = wanted
  const { limit = LIMIT_MS } = options
  const cwd = join(checkout, wanted.folder)
  const text = await readFile(join(checkout, lock), 'utf8')
  const args = manager.install(text, await isWorkspace(cwd, checkout))
  const command = [manager.name, ...args].join(' ')
  options.onInstall?.(command)
  await new Promise<void>((resolve, reject) => {
    const settings = {
      cwd,
      env: environment(checkout),
      maxBuffer: 2 ** 28,
      timeout: limit,
      // On Windows the managers are scripts of the shell; no argument comes from outside.
      shell: process.platform === 'win32',
    }
    const child = execFile(manager.name, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve()
      if (error.code === 'ENOENT') return reject(baseErrors.managerMissing(manager.name, lock))
      const late =
        error.killed === true && typeof error.code !== 'string' ? `\nIt was ended after ${limit} ms.` : ''
      reject(baseErrors.install(command, `${stdout}\n${stderr}${late}`))
    })
    child.stdin?.end()
  })
}

async function isWorkspace(cwd: string, checkout: string): Promise<boolean> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = await exists(join(folder, 'pnpm-workspace.yaml'))
    if (found || folder === checkout || folder === dirname(folder)) return found
  }
}

/**
 * The environment that a shell would give: without what this Vitest, and the script it was started from, have set.
 * Install scripts find no repository above base's own, so that none of them puts its hooks into the user's.
 */
function environment(checkout: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VITEST|CHIMERA|NODE_ENV$|TEST$|DEV$|PROD$|MODE$|BASE_URL$|SSR$|INIT_CWD$|GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$|npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix))/i.test(
        name,
      ),
  )
  return {
    ...Object.fromEntries(inherited),
    CI: 'true',
    HUSKY: '0',
    LEFTHOOK: '0',
    SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1',
    // Head's packages lie in node_modules, else there is no comparison; base may be of before it left Plug'n'Play.
    YARN_NODE_LINKER: 'node-modules',
    GIT_CEILING_DIRECTORIES: dirname(checkout),
  }
}
