import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'
import { promisify } from 'node:util'
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
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: root, timeout: 5_000 })).stdout.trim()
  try {
    const sha = await git('rev-parse', 'HEAD')
    const branch = await git('rev-parse', '--abbrev-ref', 'HEAD')
    const dirty = (await git('status', '--porcelain')) !== ''
    // In a detached checkout, as CI makes them, there is no branch to name.
    return { sha, ...(branch !== 'HEAD' && { branch }), dirty }
  } catch {
    return undefined
  }
}
