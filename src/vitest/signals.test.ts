import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('./signals.ts', import.meta.url))

/** A process that has taken its signals over; `more` is what it does besides. It says `ready`, and what is called. */
async function child(more = '') {
  const script = `
    import { interceptSignals } from ${JSON.stringify(source)}
    process.on('SIGTERM', () => console.log('theirs'))
    const release = interceptSignals({
      onFirst: async (signal) => { console.log('first', signal); ${more} },
      onLast: async () => console.log('last'),
    })
    setInterval(() => {}, 1000)
    console.log('ready')
  `
  const running = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const waiting: (() => void)[] = []
  running.stdout.on('data', (data: Buffer) => {
    output += data.toString()
    for (const check of waiting) check()
  })
  const closed = once(running, 'close') as Promise<[number | null, string | null]>
  /** Waits until it has said so. */
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const check = (): void => void (output.includes(text) && resolve())
      waiting.push(check)
      check()
    })
  await said('ready')
  return { process: running, closed, said, output: () => output.trim().split('\n') }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s: the first asks the run to stop, the second saves and ends with %i',
  { timeout: 20_000 },
  async (signal, code) => {
    const { process, closed, said, output } = await child()
    process.kill(signal)
    await said(`first ${signal}`)
    process.kill(signal)
    expect(await closed).toEqual([code, null])
    // Whoever listened before was not told: Vitest would have ended at once.
    expect(output()).toEqual(['ready', `first ${signal}`, 'last'])
  },
)

test(
  'one that `gate` passes on asks the run to stop, and is no second one',
  { timeout: 20_000 },
  async () => {
    const { process, closed, said, output } = await child(
      `process.on('SIGUSR2', () => console.log('passed on'))`,
    )
    process.kill('SIGINT')
    await said('first')
    process.kill('SIGUSR2')
    await said('passed on')
    process.kill('SIGINT')
    expect(await closed).toEqual([130, null])
    expect(output()).toEqual(['ready', 'first SIGINT', 'passed on', 'last'])
  },
)

test(
  'one that `gate` passes on may come first: the same one after it is no second one, a later one is',
  { timeout: 20_000 },
  async () => {
    const { process, closed, said, output } = await child(`
      process.on('SIGINT', () => console.log('the same'))
      process.kill(process.pid, 'SIGINT')
    `)
    process.kill('SIGUSR2')
    await said('the same')
    const later = setInterval(() => process.kill('SIGTERM'), 100)
    expect(await closed).toEqual([143, null])
    clearInterval(later)
    expect(output()).toEqual(['ready', 'first Interrupted', 'the same', 'last'])
  },
)

test('a run that ends by itself after the first one exits non-zero', { timeout: 20_000 }, async () => {
  const { process, closed } = await child('setTimeout(() => process.exit(), 10)')
  process.kill('SIGINT')
  expect(await closed).toEqual([1, null])
})

test('a cancel that fails is still a cancel', { timeout: 20_000 }, async () => {
  const { process, closed, said, output } = await child('throw new Error("cancel failed")')
  process.kill('SIGINT')
  await said('first')
  process.kill('SIGTERM')
  expect(await closed).toEqual([143, null])
  expect(output()).toEqual(['ready', 'first SIGINT', 'last'])
})

test(
  'what was taken is given back, and one that is passed on late ends nothing',
  { timeout: 20_000 },
  async () => {
    const { process, closed, said } = await child('release(); console.log("released")')
    process.kill('SIGINT')
    await said('released')
    process.kill('SIGUSR2')
    process.kill('SIGTERM')
    await said('theirs')
    process.kill('SIGINT')
    expect(await closed).toEqual([null, 'SIGINT'])
  },
)
