import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LogEvent, Script, SeenRequest } from './script.ts'

export interface ScriptedChild extends AsyncDisposable {
  url: string
  log(): Promise<LogEvent[]>
  requests(): Promise<SeenRequest[]>
  /** Puts another script in place; nothing is loaded then. */
  rescript(script: Script): Promise<void>
  /** Forgets log and requests, and numbers calls from 0 again. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** The scripted server in a process, and so on an event loop, of its own. The script must be plain JSON. */
export async function spawnScriptedOllama(script: Script = {}): Promise<ScriptedChild> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--script', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(script)}\n`)
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [url] = (await Promise.race([
    once(lines, 'line'),
    exited.then(() => {
      throw new Error('the scripted server did not start')
    }),
  ])) as [string]

  const ask = async (path: string, init?: RequestInit): Promise<unknown> =>
    (await fetch(url + path, init)).json()
  const close = async (): Promise<void> => {
    child.stdin.end()
    await exited
  }
  return {
    url,
    log: async () => (await ask('/__log')) as LogEvent[],
    requests: async () => (await ask('/__requests')) as SeenRequest[],
    rescript: async (next) => void (await ask('/__script', { method: 'POST', body: JSON.stringify(next) })),
    clear: async () => void (await ask('/__log', { method: 'DELETE' })),
    close,
    [Symbol.asyncDispose]: close,
  }
}
