import { readFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'
import { branchOf, isDirty, openRepository } from '../base/index.ts'
import { objectOf } from '../json.ts'
import { describeGpus } from './gpu.ts'
import type { Environment, Git } from '../schema/generated.ts'

/** The machine and checkout of this run; `root` is the project's root. */
export async function describeEnvironment(
  root: string,
  vitest: string,
  overhead: number | undefined,
): Promise<Environment> {
  const [git, gpu] = await Promise.all([describeGit(root), describeGpus()])
  return {
    node: process.versions.node,
    vitest,
    ...describeMachine(),
    ...(gpu.length > 0 && { gpu }),
    ...(git !== undefined && { git }),
    ci: isTrue(process.env['CI']),
    ...(overhead !== undefined && { harness_overhead_ms: overhead }),
  }
}

/** What of the environment makes measurements comparable. */
export function describeMachine(): Pick<Environment, 'os' | 'cpu'> {
  const processors = cpus()
  return {
    os: `${type()} ${release()} ${process.arch}`,
    cpu: `${processors[0]?.model.trim() ?? 'unknown'} (${processors.length} logical)`,
  }
}

/** The version of this package. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String(objectOf(JSON.parse(text))['version'])
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase())
}

/** The checkout's state; undefined outside a repository or without git. */
async function describeGit(root: string): Promise<Git | undefined> {
  try {
    const repository = await openRepository(root)
    const [branch, dirty] = await Promise.all([
      branchOf(repository),
      isDirty(repository, { limit: LIMIT_MS }),
    ])
    return { sha: repository.head, ...(branch !== undefined && { branch }), dirty }
  } catch {
    return undefined
  }
}

/** A report does not wait longer for git, ms. */
const LIMIT_MS = 20_000
