/** Temporary git repositories, made with the real git. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface TestRepository extends AsyncDisposable {
  dir: string
  git: (...args: string[]) => Promise<string>
  write: (files: Record<string, string>) => Promise<void>
  /** Writes the files, commits everything, and returns the commit. */
  commit: (files: Record<string, string>) => Promise<string>
  /** All that git knows of what the user works with; equal texts mean that nothing was touched. */
  state: () => Promise<string>
}

/** An empty repository with the branch `main`, in the system's folder for such things or in `parent`. */
export async function createRepository(parent: string = tmpdir()): Promise<TestRepository> {
  await mkdir(parent, { recursive: true })
  const dir = await realpath(await mkdtemp(join(parent, 'repository-')))
  await gitIn(dir, 'init', '--quiet', '--initial-branch=main')
  return repositoryAt(dir)
}

/** The repository of a checkout that is there already. */
export function repositoryAt(dir: string): TestRepository {
  const git = (...args: string[]): Promise<string> => gitIn(dir, ...args)
  const write = async (files: Record<string, string>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), text)
    }
  }
  return {
    dir,
    git,
    write,
    async commit(files) {
      await write(files)
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message=a commit')
      return git('rev-parse', 'HEAD')
    },
    async state() {
      const own = await git('rev-parse', '--absolute-git-dir')
      const files = ['index', 'HEAD'].map((name) => readFile(join(own, name), 'base64'))
      const said = await Promise.all([
        // Without the lock git would write what it learned of file times into the index.
        git('--no-optional-locks', 'status', '--porcelain', '--ignored'),
        git('stash', 'list'),
        git('worktree', 'list', '--porcelain'),
        git('for-each-ref'),
        git('config', '--local', '--list'),
      ])
      return JSON.stringify([...(await Promise.all(files)), ...said])
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

/** The real npm, without a registry. */
export async function npm(cwd: string, ...args: string[]): Promise<void> {
  const quiet = ['--offline', '--no-audit', '--no-fund', '--loglevel=error']
  await promisify(execFile)('npm', [...args, ...quiet], { cwd, shell: process.platform === 'win32' })
}

async function gitIn(cwd: string, ...args: string[]): Promise<string> {
  const settings = ['user.name=A Tester', 'user.email=tester@example.org', 'protocol.file.allow=always']
  const flags = settings.flatMap((setting) => ['-c', setting])
  return (await promisify(execFile)('git', [...flags, ...args], { cwd })).stdout.trim()
}
