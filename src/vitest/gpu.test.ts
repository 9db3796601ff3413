import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeGpus } from './gpu.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chimera-gpu-'))
  // Only the fakes are found, whatever this machine has.
  vi.stubEnv('PATH', dir)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dir, { recursive: true, force: true })
})

const tool = (name: string, code: string) =>
  writeFile(join(dir, name), `#!${process.execPath}\n${code}\n`, { mode: 0o755 })
const prints = (name: string, text: string) => tool(name, `process.stdout.write(${JSON.stringify(text)})`)
const gpus = () => describeGpus(5_000, join(dir, 'proc'))

describe.skipIf(process.platform === 'win32')('the GPUs of a machine', () => {
  test('none where no tool and no driver is', async () => {
    expect(await gpus()).toEqual([])
  })

  test('nvidia-smi gives name, driver and memory, one line a GPU', async () => {
    await tool(
      'nvidia-smi',
      `if (process.argv[2] !== '--query-gpu=name,driver_version,memory.total') process.exit(2)
      console.log('NVIDIA H200, 580.159.04, 143771\\nOdd, Name 2, 580.159.04, [N/A]\\n')`,
    )
    expect(await gpus()).toEqual([
      { name: 'NVIDIA H200', driver: '580.159.04', memory: 143_771 * 2 ** 20 },
      { name: 'Odd, Name 2', driver: '580.159.04' },
    ])
  })

  test('rocm-smi gives the same as JSON; both tools may be there', async () => {
    await prints(
      'rocm-smi',
      JSON.stringify({
        card0: { 'Card Series': 'AMD Instinct MI300X', 'VRAM Total Memory (B)': '206141652992' },
        card1: { 'Card series': 'Radeon RX 7900' },
        system: { 'Driver version': '6.8.5' },
      }),
    )
    await prints('nvidia-smi', 'NVIDIA L4, 550.1, 23034\n')
    expect(await gpus()).toEqual([
      { name: 'NVIDIA L4', driver: '550.1', memory: 23_034 * 2 ** 20 },
      { name: 'AMD Instinct MI300X', driver: '6.8.5', memory: 206_141_652_992 },
      { name: 'Radeon RX 7900', driver: '6.8.5' },
    ])
  })

  test('without its tool, the kernel driver names the card', async () => {
    await mkdir(join(dir, 'proc/gpus/0000:01:00.0'), { recursive: true })
    await writeFile(
      join(dir, 'proc/gpus/0000:01:00.0/information'),
      'Model: \t\t NVIDIA RTX 4080\nIRQ:   \t\t 93\n',
    )
    expect(await gpus()).toEqual([{ name: 'NVIDIA RTX 4080' }])
    await writeFile(
      join(dir, 'proc/version'),
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build\n',
    )
    expect(await gpus()).toEqual([{ name: 'NVIDIA RTX 4080', driver: '580.159.04' }])
  })

  test.each<[string, string]>([
    ['fails', `console.log('NVIDIA-SMI has failed, 1, 2'); process.exit(9)`],
    ['prints no JSON and no table', `console.log('<html>')`],
    ['knows no name', `console.log('[Unknown Error], 1, 2')`],
    ['floods', `process.stdout.write('x, 1, 2\\n'.repeat(1e6))`],
  ])('a tool that %s names none', async (_, code) => {
    await tool('nvidia-smi', code)
    await tool('rocm-smi', code)
    expect(await gpus()).toEqual([])
  })

  test('a tool that hangs is not waited for, and ended', async () => {
    const mark = join(dir, 'started')
    await tool(
      'nvidia-smi',
      `process.on('SIGTERM', () => {})
      require('node:fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid))
      setInterval(() => {}, 1e6)`,
    )
    expect(await describeGpus(4_000, join(dir, 'proc'))).toEqual([])
    const pid = Number(await readFile(mark, 'utf8'))
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), { timeout: 15_000 })
  })

  test('names are one line and no longer than a name', async () => {
    vi.stubEnv('PATH', [dir, '/nowhere'].join(delimiter))
    await prints('rocm-smi', JSON.stringify({ a: { 'Card Series': ` a\n\tb ${'x'.repeat(999)}` } }))
    const [found] = await gpus()
    expect(found!.name).toMatch(/^a b x+$/)
    expect(found!.name).toHaveLength(200)
  })
})
