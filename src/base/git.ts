/**
 * Git, only ever asked, never told to change what the user works with: no shell, no lock on the index, no hook, and
 * none of the variables that a hook or another git leaves in the environment.
 */
import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { devNull } from 'node:os'
import { relative, sep } from 'node:path'
import { baseErrors } from './errors.ts'

/** A repository as seen from one of its checkouts. */
export interface Repository {
  /** Top level of the working tree, without symbolic links. */
  top: string
  /** The checkout's git directory: of a linked worktree, that worktree's. */
  gitDir: string
  /** Commit of HEAD, on a branch or detached. */
  head: string
}

/** Variables for one command, and what it reads. */
export interface GitOptions {
  env?: Record<string, string>
  input?: string
  /** Longest time, ms. */
  limit?: number
}

/** A git that ended with something else than 0. */
export class GitFailure extends Error {
  override name = 'GitFailure'
  readonly status: number | undefined

  constructor(status: number | undefined, stderr: string) {
    super(stderr.trim())
    this.status = status
  }
}

/** The repository that holds `folder`. Throws a ChimeraError where there is none. */
export async function openRepository(folder: string): Promise<Repository> {
  const [top, gitDir] = await Promise.all([
    ask(folder, ['rev-parse', '--show-toplevel']),
    ask(folder, ['rev-parse', '--absolute-git-dir']),
  ]).catch((error: unknown) => {
    throw error instanceof GitFailure ? whyNot(folder, error) : error
  })
  if (top === '') throw baseErrors.notRepository(folder)
  const head = await ask(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(() => {
    throw baseErrors.noCommit(top)
  })
  return { top: await realpath(top), gitDir: await realpath(gitDir), head }
}

function whyNot(folder: string, { message }: GitFailure): Error {
  const owner = /dubious ownership in repository at '(.*)'/.exec(message)?.[1]
  return owner === undefined ? baseErrors.notRepository(folder) : baseErrors.unsafe(owner)
}

/** Whether the working tree holds anything that HEAD does not, untracked files included, whatever the user's git shows. */
export async function isDirty({ top }: Repository, options?: GitOptions): Promise<boolean> {
  return (await git(top, ['status', '--porcelain', '-z', '--untracked-files=normal'], options)) !== ''
}

/** The branch that is checked out; undefined in a detached checkout, as CI makes them. */
export async function branchOf({ top }: Repository): Promise<string | undefined> {
  const branch = await ask(top, ['rev-parse', '--abbrev-ref', 'HEAD'])
  return branch === 'HEAD' ? undefined : branch
}

/** Where `folder` lies under the top level, with forward slashes; empty for the top level itself. */
export async function placeIn({ top }: Repository, folder: string): Promise<string> {
  return relative(top, await realpath(folder))
    .split(sep)
    .join('/')
}

/** What git says on one line. */
export async function ask(cwd: string, args: readonly string[], options?: GitOptions): Promise<string> {
  return (await git(cwd, args, options)).trim()
}

/** A git that waits for a lock, a disk or a password ends after this time, ms. */
const LIMIT_MS = 10 * 60_000

/** What git writes to stdout. Throws a GitFailure with what it wrote to stderr. */
export function git(
  cwd: string,
  args: readonly string[],
  { env, input, limit = LIMIT_MS }: GitOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...SETTINGS, ...args],
      { cwd, env: { ...environment(), ...env }, maxBuffer: 2 ** 30, encoding: 'utf8', timeout: limit },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout)
        if (error.code === 'ENOENT') return reject(baseErrors.noGit())
        const late =
          error.killed === true && typeof error.code !== 'string' ? `It was ended after ${limit} ms.` : ''
        const said = [stderr || error.message, late].filter(Boolean).join('\n')
        reject(new GitFailure(typeof error.code === 'number' ? error.code : undefined, said))
      },
    )
    // A git that ends before it has read everything says why on stderr.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Of a command that answers no with 1. */
export async function succeeds(asked: Promise<string>): Promise<boolean> {
  return asked.then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitFailure && error.status === 1) return false
      throw error
    },
  )
}

/** Nothing that starts a watcher, a maintenance run or a hook, or leaves a file beside the repository's own index. */
const SETTINGS = [
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.splitIndex=false',
  'core.sparseCheckout=false',
  'core.longpaths=true',
  `core.hooksPath=${devNull}`,
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
].flatMap((setting) => ['-c', setting])

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !LOCAL.has(name))
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
}

/** What `git rev-parse --local-env-vars` lists, but for the settings given by environment. */
const LOCAL = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_INTERNAL_SUPER_PREFIX',
])

/** Those of the paths that head has and a sparse checkout leaves out. */
export async function sparseOf(top: string, paths: readonly string[]): Promise<Set<string>> {
  const listed = await git(top, ['--literal-pathspecs', 'ls-files', '-t', '-z', '--', ...paths])
  return new Set(listed.split('\0').flatMap((line) => (line.startsWith('S ') ? line.slice(2) : [])))
}
