/**
 * Folders that are made once, kept under a name, and shared by runs. A folder is there whole or not at all: it is made
 * under another name and renamed. Who uses one leaves a lease beside it; the least recently used without one are
 * removed, and so is what a killed run left half made.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { objectOf } from '../json.ts'
import { baseErrors } from './errors.ts'
import { exists } from './paths.ts'

/** A folder that stays where it is until it is released. */
export interface Held {
  path: string
  release: () => Promise<void>
}

/** The folder `name` of `store`; where it is not there yet, `make` fills it. */
export async function hold(
  store: string,
  name: string,
  make: (empty: string) => Promise<void>,
): Promise<Held> {
  const path = join(store, name)
  const lease = `${path}${LEASE}${randomUUID()}`
  const owner = JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner)
  try {
    await mkdir(store, { recursive: true })
    await writeFile(lease, owner)
  } catch (error) {
    throw baseErrors.store(store, error instanceof Error ? error.message : String(error))
  }
  const release = (): Promise<void> => rm(lease, { force: true })
  try {
    if (!(await exists(path))) await build(store, path, owner, make)
    const now = new Date()
    await utimes(path, now, now)
    return { path, release }
  } catch (error) {
    await release()
    throw error
  }
}

/** Removes what no run uses, but for the `keep` folders that were used last. */
export async function prune(store: string, keep: number): Promise<void> {
  const names = await readdir(store).catch(() => [])
  const used = new Set<string>()
  for (const name of names.filter((one) => one.includes(LEASE))) {
    if (await isLive(join(store, name))) used.add(name.slice(0, name.indexOf(LEASE)))
    else await rm(join(store, name), { force: true })
  }
  const makers = names.filter((name) => name.startsWith(HALF) && name.endsWith(OWNER))
  for (const maker of makers) {
    if (await isLive(join(store, maker))) continue
    // The owner goes last: a removal that is broken off is taken up again.
    await rm(join(store, maker.slice(0, -OWNER.length)), { recursive: true, force: true })
    await rm(join(store, `${maker.slice(0, -OWNER.length)}.index`), { force: true })
    await rm(join(store, maker), { force: true })
  }
  const whole = names.filter((name) => !name.startsWith(HALF) && !name.includes(LEASE))
  const dated = await Promise.all(whole.map(async (name) => ({ name, at: await lastUse(join(store, name)) })))
  for (const { name } of dated.toSorted((a, b) => b.at - a.at).slice(keep))
    if (!used.has(name)) await remove(store, name)
}

const LEASE = '.lease-'
const HALF = '.half-'
const OWNER = '.owner'

interface Owner {
  pid: number
  host: string
}

async function build(
  store: string,
  path: string,
  owner: string,
  make: (empty: string) => Promise<void>,
): Promise<void> {
  const half = join(store, `${HALF}${randomUUID()}`)
  await writeFile(`${half}${OWNER}`, owner)
  try {
    await mkdir(half)
    await make(half)
    await rename(half, path).catch(async (error: unknown) => {
      // Another run was faster, and what it made is the same.
      if (!(await exists(path))) throw error
    })
  } finally {
    await rm(half, { recursive: true, force: true })
    await rm(`${half}${OWNER}`, { force: true })
  }
}

/** Out of reach first, then away: nobody ever finds half a folder under its name. */
async function remove(store: string, name: string): Promise<void> {
  const half = join(store, `${HALF}${randomUUID()}`)
  await writeFile(`${half}${OWNER}`, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner))
  await rename(join(store, name), half).catch(() => {})
  await rm(half, { recursive: true, force: true })
  await rm(`${half}${OWNER}`, { force: true })
}

/** A process of another machine cannot be asked; nothing is used for longer than a day. */
async function isLive(file: string): Promise<boolean> {
  try {
    const { pid, host } = objectOf(JSON.parse(await readFile(file, 'utf8')))
    if (host !== hostname()) return Date.now() - (await lastUse(file)) < DAY
    process.kill(Number(pid), 0)
    return !(await isZombie(Number(pid)))
  } catch (error) {
    return objectOf(error)['code'] === 'EPERM'
  }
}

/** A killed process that its parent has not asked about still takes signals; in a container nobody may ever ask. */
async function isZombie(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) [ZX] /.test(status)
}

const DAY = 24 * 60 * 60 * 1000

async function lastUse(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}
