/** Runs the project's own Vitest. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ChimeraError } from '../errors.ts'

/** For a caller that shows the run in its own words. */
interface Watch {
  /** Takes what the run prints, in place of the terminal. */
  output: (text: string) => void
  /** Stops the run. */
  signal: AbortSignal
}

/** Runs `vitest bench …args` to its end, with this process's terminal unless it is watched; resolves to its exit code. */
export function bench(
  root: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  watch?: Watch,
): Promise<number> {
  const child = spawn(process.execPath, [vitestOf(root), 'bench', ...args], {
    cwd: root,
    env,
    stdio: watch === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => watch?.output(text))
  // What a signal means is decided by the run, which still writes its reports. It may have had the same one: a terminal
  // signals both, `kill` one of them. What follows of another kind is meant to end it.
  let first: NodeJS.Signals | undefined
  const forward = (signal: NodeJS.Signals): void => {
    // There only a console signals, and any signal sent to the run would kill it.
    if (isWindows) return
    first ??= signal
    child.kill(signal === first ? STOP : signal)
  }
  const stop = (): void => void child.kill(STOP)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  watch?.signal.addEventListener('abort', stop)
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      // The request to stop ends a run that has not begun or is over: it was interrupted, like one that stops by itself.
      if (signal === STOP) resolve(1)
      else resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  }).finally(() => {
    process.off('SIGINT', forward).off('SIGTERM', forward)
    watch?.signal.removeEventListener('abort', stop)
  })
}

const isWindows = process.platform === 'win32'

/** Asks a run to stop that may be stopping already: src/vitest/signals.ts takes it for no second signal. */
const STOP = isWindows ? 'SIGTERM' : 'SIGUSR2'

function vitestOf(root: string): string {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('vitest/package.json')
    return join(manifest, '../vitest.mjs')
  } catch (cause) {
    throw new ChimeraError(
      'gate_vitest_missing',
      `Vitest is not installed in ${root}. Run in the folder of vitest.config.ts, after installing the project's packages.`,
      { cause },
    )
  }
}
