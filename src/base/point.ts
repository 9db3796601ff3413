/** Which commit a change is held against: where HEAD branched off from the ref that it is to be merged into. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { baseErrors } from './errors.ts'
import { ask, git, GitFailure, openRepository, type Repository } from './git.ts'

/** The commit of base, and the ref it was found by. */
export interface BasePoint {
  ref: string
  sha: string
}

type Variables = Record<string, string | undefined>

/**
 * The merge base of HEAD and `ref`; without one, of what CHIMERA_BASE, GITHUB_BASE_REF or
 * CI_MERGE_REQUEST_TARGET_BRANCH_NAME names, else of the remote's default branch.
 */
export async function basePoint(
  repository: Repository,
  ref: string | undefined,
  env: Variables = process.env,
): Promise<BasePoint> {
  const name = ref || (await findRef(repository, env))
  const tip = await commitOf(repository, name)
  if (tip === undefined) throw baseErrors.refUnknown(name)
  return { ref: name, sha: await mergeBase(repository, name, tip) }
}

/** The same for the repository that a folder is in, with its top. */
export async function findBase(root: string, ref?: string): Promise<BasePoint & { top: string }> {
  const repository = await openRepository(root)
  return { ...(await basePoint(repository, ref)), top: repository.top }
}

async function findRef(repository: Repository, env: Variables): Promise<string> {
  if (env['CHIMERA_BASE']) return env['CHIMERA_BASE']
  const remote = await remoteOf(repository)
  const target = env['GITHUB_BASE_REF'] || env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']
  if (target) return remote === undefined ? target : `${remote}/${target}`
  if (remote === undefined) throw baseErrors.noRef('this repository has no remote')
  const head = `refs/remotes/${remote}/HEAD`
  const symbolic = await orNothing(ask(repository.top, ['symbolic-ref', '--short', '--quiet', head]))
  if (symbolic !== undefined) return symbolic
  for (const usual of [`${remote}/main`, `${remote}/master`])
    if ((await commitOf(repository, usual)) !== undefined) return usual
  throw baseErrors.noRef(`the default branch of the remote ${remote} is not known here`)
}

async function remoteOf({ top }: Repository): Promise<string | undefined> {
  const remotes = (await ask(top, ['remote'])).split('\n').filter(Boolean)
  return remotes.includes('origin') ? 'origin' : remotes[0]
}

async function commitOf({ top }: Repository, ref: string): Promise<string | undefined> {
  // No ref begins with a dash, and git would take it for an option.
  if (ref.startsWith('-')) return undefined
  return orNothing(ask(top, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]))
}

async function mergeBase(repository: Repository, ref: string, tip: string): Promise<string> {
  const { top, head } = repository
  const cuts = await shallowCommits(repository)
  const found = await orNothing(ask(top, ['merge-base', head, tip]))
  if (found === undefined) throw cuts.size > 0 ? baseErrors.shallow(ref) : baseErrors.noMergeBase(ref)
  if (cuts.size === 0 || found === tip) return found
  // A history that is cut between the two ends and what they share may hide a later commit that they share.
  const between = await git(top, ['rev-list', head, tip, `^${found}`])
  if (between.split('\n').some((commit) => cuts.has(commit))) throw baseErrors.shallow(ref)
  return found
}

/** Commits whose parents a shallow clone does not have. */
async function shallowCommits({ top }: Repository): Promise<Set<string>> {
  const path = await ask(top, ['rev-parse', '--git-path', 'shallow'])
  const text = await readFile(resolve(top, path), 'utf8').catch(() => '')
  return new Set(text.split('\n').filter(Boolean))
}

async function orNothing(answer: Promise<string>): Promise<string | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof GitFailure) return undefined
    throw error
  }
}
