/** A run and the process around it, which a terminal signals together and everything else one by one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRepository } from '../../test/support/repository.ts'

const bench = fileURLToPath(new URL('./bench.ts', import.meta.url))

/** In the place of Vitest: it says which signals it gets, and ends after SIGTERM, or by itself where none comes. */
const VITEST = `for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR2'])
  process.on(signal, () => {
    console.log(signal)
    if (signal === 'SIGTERM') process.exit(3)
  })
setTimeout(() => process.exit(), 30_000)
console.log('ready')
`

/** `bench` in a process of its own, of a project whose Vitest is this script. */
async function start(vitest: string) {
  const repository = await createRepository()
  onTestFinished(() => repository[Symbol.asyncDispose]())
  await repository.write({
    'package.json': '{}',
    'node_modules/vitest/package.json': '{}',
    'node_modules/vitest/vitest.mjs': vitest,
  })
  const script = `import { bench } from ${JSON.stringify(bench)}
process.exitCode = await bench(${JSON.stringify(repository.dir)}, [], process.env)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (data: Buffer) => void (output += data.toString()))
  const closed = once(child, 'close')
  const said = (text: string) => vi.waitFor(() => expect(output).toContain(text), { timeout: 20_000 })
  await said('ready\n')
  return { child, closed, said, output: () => output }
}

test(
  'signals to the process alone are passed on: first a request to stop, then another kind as it is',
  { timeout: 40_000 },
  async () => {
    const { child, closed, said, output } = await start(VITEST)
    child.kill('SIGINT')
    await said('SIGUSR2\n')
    child.kill('SIGINT')
    await said('SIGUSR2\nSIGUSR2\n')
    child.kill('SIGTERM')
    expect(await closed).toEqual([3, null])
    expect(output()).toBe('ready\nSIGUSR2\nSIGUSR2\nSIGTERM\n')
  },
)

test(
  'a run that does not listen is ended by the request to stop: exit code 1',
  { timeout: 40_000 },
  async () => {
    const { child, closed } = await start(`setTimeout(() => {}, 30_000)
console.log('ready')
`)
    child.kill('SIGINT')
    expect(await closed).toEqual([1, null])
  },
)
