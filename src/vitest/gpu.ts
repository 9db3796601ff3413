/** The GPUs of this machine, as its tools name them. A server elsewhere has others, which nobody here can see. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gpu } from '../schema/generated.ts'

/** A tool of a driver that hangs must not keep the run. */
const LIMIT_MS = 3_000
const MOST = 64
const LONGEST = 200

/** Every GPU that a tool or the system reports; none where nothing does. Takes at most `limit` ms and never rejects. */
export async function describeGpus(
  limit: number = LIMIT_MS,
  proc: string = '/proc/driver/nvidia',
): Promise<Gpu[]> {
  const found = await Promise.all([nvidia(limit), amd(limit), apple(limit)])
  const named = found.flat()
  return (named.length > 0 ? named : await fromKernel(proc)).slice(0, MOST)
}

async function nvidia(limit: number): Promise<Gpu[]> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits']
  const lines = (await output('nvidia-smi', query, limit)).split('\n').filter((line) => line.trim() !== '')
  return lines.flatMap((line) => {
    // A name may hold commas; the two figures do not.
    const parts = line.split(',')
    const [driver, mebibytes] = parts.splice(-2)
    return gpu(parts.join(','), driver, Number(mebibytes) * 2 ** 20)
  })
}

async function amd(limit: number): Promise<Gpu[]> {
  const asked = ['--showproductname', '--showdriverversion', '--showmeminfo', 'vram', '--json']
  const { system, ...cards } = object(await output('rocm-smi', asked, limit))
  const driver = object(system)['Driver version']
  return Object.values(cards).flatMap((card) => {
    const told = object(card)
    return gpu(told['Card Series'] ?? told['Card series'], driver, Number(told['VRAM Total Memory (B)']))
  })
}

async function apple(limit: number): Promise<Gpu[]> {
  if (process.platform !== 'darwin') return []
  const told = object(await output('system_profiler', ['SPDisplaysDataType', '-json'], limit))
  const displays = told['SPDisplaysDataType']
  return Array.isArray(displays) ? displays.flatMap((one) => gpu(object(one)['sppci_model'])) : []
}

/** Where the driver is loaded but its tools are not there, as in many containers. */
async function fromKernel(proc: string): Promise<Gpu[]> {
  try {
    const version = await readFile(join(proc, 'version'), 'utf8').catch(() => '')
    const driver = /Module.*?\s(\d+(?:\.\d+)+)\s/.exec(version)?.[1]
    const cards = await readdir(join(proc, 'gpus'))
    const texts = await Promise.all(
      cards.toSorted().map((card) => readFile(join(proc, 'gpus', card, 'information'), 'utf8')),
    )
    return texts.flatMap((text) => gpu(/^Model:(.*)$/m.exec(text)?.[1], driver))
  } catch {
    return []
  }
}

function gpu(name: unknown, driver?: unknown, memory?: number): Gpu[] {
  const [named, version] = [word(name), word(driver)]
  if (named === undefined) return []
  const known = memory !== undefined && Number.isSafeInteger(memory) && memory > 0
  return [{ name: named, ...(version !== undefined && { driver: version }), ...(known && { memory }) }]
}

/** undefined for what a tool does not know: `[N/A]`, `[Not Supported]`, nothing. */
function word(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST) : ''
  return text === '' || /^\[.*\]$|^N\/A$/i.test(text) ? undefined : text
}

/** What a command prints; empty when it is not there, fails or takes longer. */
function output(command: string, args: readonly string[], limit: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const child = execFile(command, args, { windowsHide: true, maxBuffer: 2 ** 20 }, (error, stdout) =>
    resolve(error === null ? stdout : ''),
  )
  // A process in the driver's hands may survive SIGKILL, and a child of it may hold the pipe: neither is waited for.
  const timer = setTimeout(() => {
    resolve('')
    child.kill('SIGKILL')
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.unref()
  }, limit)
  return promise.finally(() => clearTimeout(timer))
}

/** A JSON object, or the one a text holds; an empty one for anything else. */
function object(value: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
