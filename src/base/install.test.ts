/** How a manager is run, with Node in the place of one. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRepository } from '../../test/support/repository.ts'
import { findParts } from './checkout.ts'
import { openRepository } from './git.ts'
import { install } from './install.ts'

/** An install that runs `code`; `limit` in ms. */
async function installBy(code: string, limit = 60_000) {
  await using repository = await createRepository()
  const sha = await repository.commit({ 'yarn.lock': '' })
  const store = await mkdtemp(join(tmpdir(), 'chimera-'))
  onTestFinished(() => rm(store, { recursive: true, force: true }))
  const manager = { name: process.execPath as 'yarn', locks: [], install: () => ['-e', code] }
  const wanted = { kind: 'installed', manager, lock: 'yarn.lock', folder: '', key: 'k' } as const
  const parts = await findParts(await openRepository(repository.dir), sha)
  return await install(wanted, { parts, store, limit })
}

test('one that waits is ended at its limit, with its command', async () => {
  await expect(installBy('setTimeout(() => {}, 10_000)', 500)).rejects.toMatchObject({
    code: 'base_install',
    message: expect.stringMatching(/with `.*setTimeout.*`[^]*It was ended after 500 ms/),
  })
})

test('a signal ends it with all that it has started, and the run with a reason', async () => {
  const started = join(tmpdir(), `chimera-${randomUUID()}`)
  onTestFinished(() => rm(started, { force: true }))
  const script = `require('fs').writeFileSync(${JSON.stringify(started)}, String(process.pid)); setTimeout(() => {}, 60_000)`
  const stopped = expect(
    installBy(`require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(script)}])`),
  ).rejects.toMatchObject({ code: 'base_install_stopped' })
  const pid = await vi.waitFor(async () => Number(await readFile(started, 'utf8')), { timeout: 20_000 })
  process.emit('SIGUSR2')
  await stopped
  // Until someone has asked about it, it is there as a zombie.
  await vi.waitFor(async () => expect(await stateOf(pid)).toMatch(/^[ZX]?$/), { timeout: 5000 })
})

/** What the system says a process does; empty where there is none. */
async function stateOf(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.trim().slice(0, 1)
}

test('Yarn makes node_modules, also of a base that Plug’n’Play was for', async () => {
  const { path } = await installBy("fs.writeFileSync('linker', process.env.YARN_NODE_LINKER ?? '')")
  expect(await readFile(join(path, 'linker'), 'utf8')).toBe('node-modules')
})
