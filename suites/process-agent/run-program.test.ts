import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from './run-program.ts'

const options = { env: {}, signal: new AbortController().signal, timeout: 30_000 }

function node(script: string, more: Partial<typeof options> = {}): Promise<{ stdout: string }> {
  return runProgram(process.execPath, ['-e', script], { ...options, ...more })
}

test('returns what a program prints; it has the variables of this process and its own', async () => {
  const { stdout } = await node('process.stdout.write(process.env.DOOR + !!process.env.PATH)', {
    env: { DOOR: 'open' },
  })
  expect(stdout).toBe('opentrue')
})

test('another exit code is an error, with the end of stderr', async () => {
  const script = "console.error('x'.repeat(1000) + 'no such model'); process.exit(3)"
  const failed = node(script)
  await expect(failed).rejects.toThrow(
    /^The program ended with exit code 3\. Its stderr ends: x{487}no such model$/,
  )
  await expect(node("process.kill(process.pid, 'SIGTERM')")).rejects.toThrow('ended with SIGTERM')
})

test('a program that exceeds its time is killed', async () => {
  await expect(node('setInterval(() => {}, 1000)', { timeout: 500 })).rejects.toThrow(
    'The program was killed after 500 ms.',
  )
})

test('a program that does not exist is an error that names it', async () => {
  await expect(runProgram('no-such-program', [], options)).rejects.toThrow('no-such-program')
})

test('a program ends with its trial', async () => {
  const trial = new AbortController()
  const stopped = new Error('the trial ended')
  const folder = await mkdtemp(join(tmpdir(), 'program-'))
  const file = join(folder, 'pid')
  const script = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`
  const running = node(script, { signal: trial.signal })
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toMatch(/^\d+$/)
  const pid = Number(await readFile(file, 'utf8'))
  trial.abort(stopped)
  await expect(running).rejects.toBe(stopped)
  await expect.poll(() => isRunning(pid)).toBe(false)
  await rm(folder, { recursive: true })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
