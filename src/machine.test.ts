import { expect, test } from 'vitest'
import { watchMachine } from './machine.ts'

/** Files that a test may change between two reads. */
function machine(files: Record<string, string>) {
  let time = 0
  const watch = () =>
    watchMachine(
      (path) => {
        const text = files[path]
        if (text === undefined) throw new Error(`ENOENT: ${path}`)
        return text
      },
      () => time,
    )
  return {
    watch,
    after: (ms: number, changed: Record<string, string>) => {
      time += ms
      Object.assign(files, changed)
    },
  }
}

const pressure = (total: number): string =>
  `some avg10=1.00 avg60=1.00 avg300=1.00 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n`
const stat = (idle: number, steal: number): string =>
  `cpu  100 0 50 ${idle} 0 0 0 ${steal} 40 0\ncpu0 1 2 3\n`

test('says for how much of the time tasks waited, were stolen from, and were throttled', () => {
  const { watch, after } = machine({
    '/proc/pressure/cpu': pressure(5_000_000),
    '/proc/stat': stat(800, 50),
    '/proc/self/cgroup': '0::/jobs/one\n',
    '/sys/fs/cgroup/jobs/one/cpu.stat': 'usage_usec 1\nnr_throttled 3\nthrottled_usec 1000\n',
  })
  const meanwhile = watch()
  after(2000, {
    '/proc/pressure/cpu': pressure(5_500_000),
    '/proc/stat': stat(980, 70),
    '/sys/fs/cgroup/jobs/one/cpu.stat': 'usage_usec 1\nnr_throttled 9\nthrottled_usec 201000\n',
  })
  expect(meanwhile()).toEqual({ waited: 0.25, stolen: 0.1, ticks: 200, throttled: 0.1 })
})

test('the group of a container is the root that it sees', () => {
  const { watch, after } = machine({
    '/proc/self/cgroup': '0::/somewhere/outside\n',
    '/sys/fs/cgroup/cpu.stat': 'throttled_usec 0\n',
  })
  const meanwhile = watch()
  after(1000, { '/sys/fs/cgroup/cpu.stat': 'throttled_usec 900000\n' })
  expect(meanwhile()).toEqual({ throttled: 0.9 })
})

test('says nothing where nothing can be read', () => {
  const { watch, after } = machine({})
  const meanwhile = watch()
  after(1000, {})
  expect(meanwhile()).toBeUndefined()
})
