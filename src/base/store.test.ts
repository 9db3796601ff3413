/** Folders that several runs share. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hold, prune } from './store.ts'

let store: string
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'chimera-store-'))
})
afterEach(() => rm(store, { recursive: true }))

const fill = (text: string) => (folder: string) => writeFile(join(folder, 'a'), text)

/** Made an hour times `age` ago. */
async function aged(name: string, age: number): Promise<void> {
  await (await hold(store, name, fill(name))).release()
  await utimes(join(store, name), 1e6 - age * 3600, 1e6 - age * 3600)
}

test('a folder is made once, and of two runs at once one makes it for both', async () => {
  let met = () => {}
  const both = new Promise<void>((resolve) => (met = resolve))
  let makers = 0
  const make = async (folder: string): Promise<void> => {
    // Neither goes on before both are at it.
    if (++makers === 2) met()
    await both
    await fill('made')(folder)
  }
  const held = await Promise.all([hold(store, 'one', make), hold(store, 'one', make)])
  expect(await readFile(join(held[0].path, 'a'), 'utf8')).toBe('made')
  expect(held[1].path).toBe(held[0].path)
  await Promise.all(held.map(({ release }) => release()))
  expect(await readdir(store)).toEqual(['one'])
  await (await hold(store, 'one', () => Promise.reject(new Error('made again')))).release()
})

test('a folder that cannot be written is an error with its cure', async () => {
  await writeFile(join(store, 'file'), '')
  await expect(hold(join(store, 'file', 'base'), 'a', async () => {})).rejects.toMatchObject({
    code: 'base_store',
    message: expect.stringMatching(/cannot be written: .*ENOTDIR.* Make the git directory writable\.$/),
  })
})

test('what fails to be made leaves nothing', async () => {
  await expect(hold(store, 'one', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await readdir(store)).toEqual([])
})

test('the least recently used go, but none that a run holds', async () => {
  await aged('new', 0)
  await aged('old', 2)
  await aged('older', 3)
  const held = await hold(store, 'held', fill('held'))
  await utimes(held.path, 1, 1)
  await prune(store, 2)
  expect((await readdir(store)).filter((name) => !name.includes('.lease'))).toEqual(['held', 'new', 'old'])
  await held.release()
  await prune(store, 2)
  expect(await readdir(store)).toEqual(['new', 'old'])
})

test('what a killed run leaves is removed, and never taken for a whole folder', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const owner = JSON.stringify({ pid: child.pid, host: hostname() })
  await aged('one', 1)
  await writeFile(join(store, 'one.lease-x'), owner)
  await writeFile(join(store, '.half-x.owner'), owner)
  await writeFile(join(store, '.half-x'), 'half')
  await prune(store, 0)
  expect(await readdir(store)).toEqual(['.half-x', '.half-x.owner', 'one', 'one.lease-x'])
  child.kill('SIGKILL')
  await once(child, 'exit')
  await prune(store, 0)
  expect(await readdir(store)).toEqual([])
})
