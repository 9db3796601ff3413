/** What a run finds before it starts: versions, settings, git and CI. */
import { readFileSync } from 'node:fs'
import { version as vitest } from 'vitest/node'
import { findBase } from '../base/index.ts'
import { ChimeraError } from '../errors.ts'
import { objectOf, parseJson } from '../json.ts'
import { checkEnvironment } from '../run/environment.ts'
import { doctorTexts, type Finding } from './messages.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Node and Vitest against what this package is made for. */
export function versionFindings(node: string = process.versions.node, own: string = vitest): Finding[] {
  const manifest = objectOf(parseJson(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
  const needs = [
    ['Node', node, objectOf(manifest['engines'])['node']],
    ['Vitest', own, objectOf(manifest['peerDependencies'])['vitest']],
  ] as const
  return needs.map(([name, version, range]) =>
    satisfies(version, String(range))
      ? { mark: 'ok', what: `${name} ${version}` }
      : { mark: 'fail', what: `${name} ${version}`, cure: doctorTexts.otherVersion(name, String(range)) },
  )
}

/** Ranges of `^` and `>=`, as package.json has them. */
export function satisfies(version: string, range: string): boolean {
  const own = numbers(version)
  return range.split('||').some((part) => {
    const least = numbers(part.trim().replace(/^(\^|>=)/, ''))
    const sameMajor = part.trim().startsWith('>=') || own[0] === least[0]
    return sameMajor && compare(own, least) >= 0
  })
}

function numbers(version: string): number[] {
  return version.split('-', 1).join().split('.').map(Number)
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, i) => number !== (b[i] ?? 0))
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

/** The variables that a run reads. */
export function settingsFinding(env: Variables): Finding {
  try {
    checkEnvironment(env)
  } catch (error) {
    if (!(error instanceof ChimeraError)) throw error
    return { mark: 'fail', what: error.message }
  }
  const set = Object.keys(env).filter((name) => name.startsWith('CHIMERA_'))
  return { mark: 'ok', what: set.length === 0 ? doctorTexts.noSettings() : doctorTexts.settings(set) }
}

/** Whether a code comparison would find its base; without one only configs can be compared. */
export async function gitFinding(root: string, env: Variables): Promise<Finding> {
  try {
    const { ref, sha } = await findBase(root)
    return { mark: 'ok', what: doctorTexts.base(sha, ref) }
  } catch (error) {
    if (!(error instanceof ChimeraError)) throw error
    const isPull = Boolean(env['GITHUB_BASE_REF'] || env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME'])
    return { mark: isPull ? 'fail' : 'warn', what: error.message }
  }
}

/** What publishing a result needs. What a token may do is known only by using it. */
export function ciFindings(env: Variables): Finding[] {
  if (env['GITHUB_ACTIONS'] === 'true')
    return [tokenFinding('GITHUB_TOKEN', env['GITHUB_TOKEN'] || env['GH_TOKEN'], doctorTexts.githubToken())]
  if (env['GITLAB_CI'] === 'true')
    return [tokenFinding('GITLAB_TOKEN', env['GITLAB_TOKEN'], doctorTexts.gitlabToken())]
  return []
}

function tokenFinding(name: string, token: string | undefined, cure: string): Finding {
  return token
    ? { mark: 'ok', what: doctorTexts.token(name) }
    : { mark: 'warn', what: `${name} is not set.`, cure }
}
