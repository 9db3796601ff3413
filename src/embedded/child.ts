/** Starts the server's process, waits until it listens, reports its death, and ends it. */
import { fork, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineErrors } from './messages.ts'

/** The child's only argument, as JSON. */
export interface ServerConfig {
  path: string
  /** SHA-256 that the file must have; any will do where it is absent. */
  digest?: string
  /** Tags with their `:tag`. */
  names: readonly string[]
  /** Requests served at once by one runner. */
  parallel: number
}

/** What the child tells its parent. */
export type ChildMessage =
  | { type: 'ready'; port: number }
  | { type: 'failed'; reason: 'missing' | 'model' | 'digest'; detail: string }

/** A server that listens. */
export interface RunningServer {
  url: string
  /** Id of its process. */
  pid: number
  /** Ends it; again and again does no harm. */
  stop(): Promise<void>
}

/** Time a process has to load its model, ms. */
const START_LIMIT = 10 * 60_000
/** Time a process has to end by itself before it is killed, ms. */
const GRACE = 3000
/** As much of the end of its log as an error shows, characters. */
const LOG_TAIL = 2000

/** `limit` is the time it has to start, ms. */
export async function startServer(config: ServerConfig, limit: number = START_LIMIT): Promise<RunningServer> {
  // The sibling has this file's own extension: .ts in the sources, .js once built.
  const script = new URL(`./server${extname(new URL(import.meta.url).pathname)}`, import.meta.url)
  const child = fork(fileURLToPath(script), [JSON.stringify(config)], {
    execArgv: [],
    // One thread decodes and samples: with several, each token is another's, in the caches of another processor.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-LOG_TAIL)))

  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    // `close` comes once the log is read to its end as well.
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const url = `http://127.0.0.1:${await listening(child, config, { ended, limit, log: () => log })}`

  let stopping = false
  const logExit = async (): Promise<void> => {
    const how = await ended
    if (!stopping) console.error(engineErrors.died(url, how, shown(log)).message)
  }
  void logExit()
  release(child)
  return {
    url,
    pid: child.pid!,
    stop: async () => {
      stopping = true
      await end(child, ended)
    },
  }
}

/** The port, or why there is none. */
async function listening(
  child: ChildProcess,
  config: ServerConfig,
  { ended, limit, log }: { ended: Promise<string>; limit: number; log: () => string },
): Promise<number> {
  const message = new Promise<ChildMessage>((resolve) =>
    child.once('message', (value) => resolve(value as ChildMessage)),
  )
  let late = ''
  const timer = setTimeout(() => {
    late = ` after ${limit} ms`
    child.kill('SIGKILL')
  }, limit)
  const first = await Promise.race([message, ended]).finally(() => clearTimeout(timer))
  if (typeof first === 'string') throw engineErrors.died_early(config.path, first + late, shown(log()))
  if (first.type === 'ready') return first.port
  await ended
  if (first.reason === 'digest') throw engineErrors.damaged(config.path, first.detail)
  throw first.reason === 'missing'
    ? engineErrors.missing(first.detail)
    : engineErrors.bad_model(config.path, [first.detail, oneLine(log())].filter(Boolean).join(': '))
}

/** Lets this process end although the child runs: the child follows when the channel closes. */
function release(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
  if (child.stderr instanceof Socket) child.stderr.unref()
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE)
  await ended
  clearTimeout(timer)
}

function shown(log: string): string {
  const line = oneLine(log)
  return line === '' ? '' : ` Its last words: ${line}`
}

function oneLine(log: string): string {
  return log.trim().replaceAll(/\s+/g, ' ')
}
