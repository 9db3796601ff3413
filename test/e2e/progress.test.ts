/** What a person at a terminal meets: no watch mode, a line that is redrawn, and Ctrl-C, which signals every process at once. */
import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import type { Report } from '../../src/schema/generated.ts'
import { startScriptedOllama, type CallPlan, type ScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, cleanEnvironment, createFixture, vitest } from './fixture.ts'

/** util-linux' script runs a command in a pseudo terminal; BSD's is another one. */
const hasScript = await promisify(execFile)('script', ['--version']).then(
  ({ stdout }) => stdout.includes('util-linux'),
  () => false,
)

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
const SLOW: CallPlan = { ttft: 60, per_token: 5, tokens: 40 }
const PAIRS =
  'blocks: { min: 6, max: 10 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'
/** So many blocks of SLOW take ten seconds: a signal meets a run in full swing. */
const LONG = benchFile({ more: 'blocks: { min: 20, max: 20 },' })
const CTRL_C = '\u0003'
const PATIENT = { timeout: 60_000, interval: 20 }

/** Resolves when so many calls have reached the server. */
const called = (server: ScriptedOllama, calls: number): Promise<void> =>
  vi.waitFor(() => {
    const prompts = server.requests.filter(({ body }) => body['prompt'] !== undefined)
    expect(prompts.length).toBeGreaterThanOrEqual(calls)
  }, PATIENT)

interface Seen {
  exitCode: number | null
  screen: string
  report: Report
}

interface Terminal {
  type: (keys: string) => void
  /** Waits until the screen shows so much. */
  shows: (text: RegExp) => Promise<void>
}

/** Runs `vitest bench` in a terminal; `during` may type. */
async function atTerminal(
  server: ScriptedOllama,
  file: string,
  during: (terminal: Terminal) => Promise<void> = async () => {},
): Promise<Seen> {
  await using project = await createFixture({ 'suites/one.bench.ts': file })
  const command = `stty cols 120; ${process.execPath} ${vitest} bench`
  const env = { ...cleanEnvironment({ OLLAMA_HOST: server.url, CI: '' }), TERM: 'xterm' }
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: project.dir,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  child.stdout.on('data', (data: Buffer) => (screen += data.toString()))
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  await during({
    type: (keys) => void child.stdin.write(keys),
    shows: (text) => vi.waitFor(() => expect(screen).toMatch(text), PATIENT),
  })
  const exitCode = await closed
  const report = JSON.parse(await readFile(join(project.dir, 'reports/report.json'), 'utf8')) as Report
  return { exitCode, screen, report }
}

describe.skipIf(!hasScript)(
  `on a terminal${hasScript ? '' : " (skipped: util-linux' `script` is not on PATH)"}`,
  () => {
    test('vitest bench ends by itself, and redraws one line while it lasts', async () => {
      await using server = await startScriptedOllama({ call: QUICK })
      const { exitCode, screen, report } = await atTerminal(server, benchFile({ more: PAIRS }))
      expect(exitCode).toBe(0)
      expect(report.gate.status).toBe('passed')
      expect(screen).not.toMatch(/waiting for file changes|press h to show help/i)
      const drawn = screen
        .split('\r\u001B[2K')
        .flatMap((line) => /^ *one: block (\d+) of at most 10/.exec(line)?.[1] ?? [])
      expect(drawn.length).toBeGreaterThanOrEqual(12)
      expect(drawn.at(-1)).toBe('6')
      // Taken away before anything else is printed: a line that stays would be followed by a line break.
      expect(screen).not.toMatch(/block \d+ of at most 10[^\r\n]*\r?\n/)
    })

    test('Ctrl-C leaves the reports, marked interrupted', async () => {
      await using server = await startScriptedOllama({ call: SLOW })
      const { exitCode, screen, report } = await atTerminal(server, LONG, async ({ type }) => {
        await called(server, 7)
        type(CTRL_C)
      })
      expect(screen).toMatch(/SIGINT: stopping after the current calls/)
      expect(report.status).toBe('interrupted')
      expect(report.gate.status).not.toBe('passed')
      expect(report.suites[0]!.arms.reduce((sum, arm) => sum + arm.trials, 0)).toBeGreaterThanOrEqual(6)
      expect(exitCode).not.toBe(0)
    })

    test('a second Ctrl-C does not wait', async () => {
      // The worker is stuck for good: the first one waits for it, the second one must not.
      await using server = await startScriptedOllama({ call: SLOW })
      const agent = `async ({ generate }) => {
        const { response } = await generate({ prompt: 'Say something.' })
        globalThis.count = (globalThis.count ?? 0) + 1
        if (globalThis.count === 6) for (;;);
        return response
      }`
      const file = benchFile({ agent, more: PAIRS })
      const { exitCode, report } = await atTerminal(server, file, async ({ type, shows }) => {
        await called(server, 6)
        type(CTRL_C)
        await shows(/SIGINT: stopping/)
        type(CTRL_C)
      })
      expect(report.status).toBe('interrupted')
      expect(report.suites[0]!.arms.reduce((sum, arm) => sum + arm.trials, 0)).toBeGreaterThan(0)
      expect(exitCode).toBe(130)
    })
  },
)
