/** A comparison of code that is broken off: nothing that the user works with has changed, and the next run cleans up. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../../src/schema/generated.ts'
import { startScriptedOllama, type ScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, cleanEnvironment, createChange, type Change } from './fixture.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

let server: ScriptedOllama
let project: Change
let before: unknown
beforeAll(async () => {
  server = await startScriptedOllama({ call: { ttft: 30, per_token: 2, tokens: 24 } })
  const more = 'thresholds: { ttft: false, output_throughput: false, trial_duration: 1 }'
  project = await createChange({ 'suites/one.bench.ts': benchFile({ more }), 'a.txt': 'base' })
  const { repository } = project
  await project.write({ 'a.txt': 'stashed' })
  await repository.git('stash', '--quiet')
  await project.write({ 'a.txt': 'staged' })
  await repository.git('add', '--all')
  await project.write({ 'a.txt': 'written', 'untracked.txt': '' })
  before = JSON.parse(await repository.state())
})
afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/**
 * `vitest-chimera gate` in a process group of its own, as a terminal starts it; once it measures, the whole group gets
 * the signal, or its own process `alone`.
 */
async function gate(blocks: number, signal?: NodeJS.Signals, alone = false): Promise<number | null> {
  const number = String(blocks)
  const env = cleanEnvironment({
    OLLAMA_HOST: server.url,
    CHIMERA_BLOCKS_MIN: number,
    CHIMERA_BLOCKS_MAX: number,
  })
  const args = [cli, 'gate', '--base', 'main']
  const child = spawn(process.execPath, args, { cwd: project.dir, env, detached: true, stdio: 'ignore' })
  const measured = server.requests.length + 14
  const watch = setInterval(() => {
    if (signal === undefined || child.pid === undefined || server.requests.length < measured) return
    clearInterval(watch)
    process.kill(alone ? child.pid : -child.pid, signal)
  }, 10)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  return code
}

const store = () => readdir(join(project.dir, '.git/vitest-chimera/base'))
const state = async (): Promise<unknown> => JSON.parse(await project.repository.state())
const report = async () =>
  JSON.parse(await readFile(join(project.dir, 'reports/report.json'), 'utf8')) as Report

test('a signal to the command alone: the run stops, with what was measured, and cleans up', async () => {
  expect(await gate(200, 'SIGINT', true)).toBe(1)
  expect(await report()).toMatchObject({ status: 'interrupted', suites: [{ kind: 'code' }] })
  expect(await state()).toEqual(before)
  expect(await store()).toHaveLength(1)
})

test('Ctrl-C: the reports have what was measured, and git finds nothing changed', async () => {
  // The run, which has the signal twice, ends as after one: with its clean-up, and not at once with 130.
  expect(await gate(20, 'SIGINT')).toBe(1)
  expect(await report()).toMatchObject({ status: 'interrupted', suites: [{ kind: 'code' }] })
  expect(await state()).toEqual(before)
  expect(await store()).toHaveLength(1)
})

test('SIGKILL: git finds nothing changed, and the next run removes what was left', async () => {
  expect(await gate(20, 'SIGKILL')).toBeNull()
  expect(await state()).toEqual(before)
  const [tree, lease] = await store()
  expect(lease).toContain(`${tree}.lease-`)
  expect(await gate(6)).toBe(0)
  // HEAD is base here, and no module of the agent has changed: it runs anyway, and says so.
  const done = await report()
  expect(done).toMatchObject({ status: 'complete', gate: { failures: [] } })
  expect(done.suites[0]?.warnings.map(({ code }) => code)).toContain('same_code')
  expect(await state()).toEqual(before)
  expect(await store()).toEqual([tree])
})
