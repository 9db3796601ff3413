/** What a person at a terminal meets: no watch mode, a line that is redrawn, and Ctrl-C, which signals every process at once. */
import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/schema/generated.ts'
import { startScriptedOllama, type CallPlan, type ScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, cleanEnvironment, createFixture, vitest } from './fixture.ts'

/** util-linux' script runs a command in a pseudo terminal; BSD's is another one. */
const hasScript = await promisify(execFile)('script', ['--version']).then(
  ({ stdout }) => stdout.includes('util-linux'),
  () => false,
)

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
/** Slow enough that a signal meets a run in full swing. */
const SLOW: CallPlan = { ttft: 150, per_token: 5, tokens: 40 }
const PAIRS =
  'blocks: { min: 6, max: 10 }, thresholds: { ttft: 5, output_throughput: false, reported_throughput: true },'
const CTRL_C = '\u0003'

interface Seen {
  exitCode: number | null
  screen: string
  report: Report
}

/** Runs `vitest bench` in a terminal; `during` may type. */
async function atTerminal(
  server: ScriptedOllama,
  during: (type: (keys: string) => void) => void = () => {},
): Promise<Seen> {
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ more: PAIRS }) })
  const command = `stty cols 120; ${process.execPath} ${vitest} bench`
  const env = { ...cleanEnvironment({ OLLAMA_HOST: server.url, CI: '' }), TERM: 'xterm' }
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: project.dir,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  child.stdout.on('data', (data: Buffer) => (screen += data.toString()))
  during((keys) => child.stdin.write(keys))
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const report = JSON.parse(await readFile(join(project.dir, 'reports/report.json'), 'utf8')) as Report
  return { exitCode, screen, report }
}

describe.skipIf(!hasScript)(
  `on a terminal${hasScript ? '' : " (skipped: util-linux' `script` is not on PATH)"}`,
  () => {
    test(
      'vitest bench ends by itself, and redraws one line while it lasts',
      { timeout: 60_000 },
      async () => {
        await using server = await startScriptedOllama({ call: QUICK })
        const { exitCode, screen, report } = await atTerminal(server)
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
      },
    )

    test('Ctrl-C leaves the reports, marked interrupted', { timeout: 60_000 }, async () => {
      await using server = await startScriptedOllama({ call: SLOW })
      let typedAt = Infinity
      const { exitCode, screen, report } = await atTerminal(server, (type) => {
        const watch = setInterval(() => {
          if (server.requests.filter(({ body }) => body['prompt'] !== undefined).length < 7) return
          clearInterval(watch)
          typedAt = performance.now()
          type(CTRL_C)
        }, 20)
      })
      expect(performance.now() - typedAt).toBeLessThan(30_000)
      expect(screen).toMatch(/SIGINT: stopping after the calls under way/)
      expect(report.status).toBe('interrupted')
      expect(report.gate.status).not.toBe('passed')
      expect(report.suites[0]!.arms.reduce((sum, arm) => sum + arm.trials, 0)).toBeGreaterThanOrEqual(6)
      expect(exitCode).not.toBe(0)
    })

    test('a second Ctrl-C does not wait', { timeout: 60_000 }, async () => {
      // The agent would wait for its reply for a minute, and for the grace of an abort: the second one cuts that short.
      await using server = await startScriptedOllama({
        call: SLOW,
        rules: [{ when: { calls: [6, 99] }, ttft: 60_000 }],
      })
      const { exitCode, report } = await atTerminal(server, (type) => {
        const watch = setInterval(() => {
          if (server.requests.filter(({ body }) => body['prompt'] !== undefined).length < 7) return
          clearInterval(watch)
          type(CTRL_C)
          setTimeout(() => type(CTRL_C), 100)
        }, 20)
      })
      expect(report.status).toBe('interrupted')
      expect([130, 1]).toContain(exitCode)
    })
  },
)
