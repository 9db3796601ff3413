import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** As much of the end of a program's stderr as an error shows, characters. */
const TAIL = 500

/** What a program left behind. */
export interface Ran {
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** Variables in addition to those of this process: the `env` of an agent's context. */
  env: Readonly<Record<string, string>>
  /** Kills the program: the `signal` of an agent's context. */
  signal: AbortSignal
  /** Time limit, ms. */
  timeout: number
}

/** Runs a program to its end. Throws if that is not exit code 0 in time, with the exit code and the end of its stderr. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ran> {
  const { signal, timeout } = options
  const env = { ...process.env, ...options.env }
  try {
    return await promisify(execFile)(command, args, { env, signal, timeout, killSignal: 'SIGKILL' })
  } catch (error) {
    signal.throwIfAborted()
    throw failureOf(error, timeout)
  }
}

function failureOf(error: unknown, timeout: number): unknown {
  const {
    code,
    killed,
    signal,
    stderr = '',
  } = error as Partial<Ran> & {
    /** The exit code; a name such as ENOENT where the program did not start. */
    code?: number | string | null
    killed?: boolean
    signal?: string | null
  }
  if (typeof code === 'string') return error
  const how = killed ? `was killed after ${timeout} ms` : `ended with ${signal ?? `exit code ${code}`}`
  const tail = stderr.trim().slice(-TAIL)
  return new Error(`The program ${how}.${tail && ` Its stderr ends: ${tail}`}`, { cause: error })
}
