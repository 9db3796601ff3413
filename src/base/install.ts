/** An install of base's own packages, in a checkout of base that is kept for its lock file. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { objectOf } from '../json.ts'
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
  const child = spawn(manager.name, args, {
    cwd,
    env: environment(checkout),
    stdio: ['ignore', 'pipe', 'pipe'],
    // On Windows the managers are scripts of the shell; no argument comes from outside.
    shell: isWindows,
    // A group of their own, which ends as a whole: a manager may leave the scripts that it runs to themselves.
    detached: !isWindows,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-KEPT)))
  let ended: 'late' | 'stopped' | undefined
  const end = (why: 'late' | 'stopped'): void => {
    ended ??= why
    endGroup(child)
  }
  const onStop = (): void => end('stopped')
  const timer = setTimeout(() => end('late'), limit)
  for (const event of STOPS) process.once(event, onStop)
  try {
    const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    if (ended === 'stopped') throw baseErrors.installStopped(command)
    if (ended === 'late') output += `\nIt was ended after ${limit} ms.`
    if (status !== 0) throw baseErrors.install(command, output)
  } catch (error) {
    throw objectOf(error)['code'] === 'ENOENT' ? baseErrors.managerMissing(manager.name, lock) : error
  } finally {
    clearTimeout(timer)
    for (const event of STOPS) process.off(event, onStop)
  }
}

/** Of what a manager writes, the end, characters; the error shows its last lines. */
const KEPT = 100_000

const isWindows = process.platform === 'win32'

/** The signals of src/vitest/signals.ts, which takes them over once there is a base; Vitest itself exits on some. */
const STOPS = ['SIGINT', 'SIGTERM', 'SIGUSR2', 'exit'] as const

/** At once and for good: what has been installed so far is thrown away. */
function endGroup(child: ChildProcess): void {
  if (isWindows || child.pid === undefined) return void child.kill()
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
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
