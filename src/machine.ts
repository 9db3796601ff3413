/**
 * What the machine did while a trial ran, as Linux counts it: whatever took the processor away makes a trial slower, and
 * the agent is not the cause. Elsewhere, or where a counter cannot be read, it is absent.
 */
import { readFileSync } from 'node:fs'
import type { MachineTime } from './schema/generated.ts'
import { defined } from './optional.ts'

/** Counters that only grow. */
interface Counters {
  /** ms in which at least one task waited for a processor: pressure stall information. */
  waited?: number | undefined
  /** Ticks of all processors, and those that the hypervisor gave to other machines. */
  ticks?: { all: number; stolen: number } | undefined
  /** ms in which the container's processor limit held its tasks back. */
  throttled?: number | undefined
}

type Read = (path: string) => string

/** Starts to watch; the function returned says what happened since. `read` and `now` (ms) are the file system and the clock. */
export function watchMachine(
  read: Read = (path) => readFileSync(path, 'utf8'),
  now: () => number = performance.now.bind(performance),
): () => MachineTime | undefined {
  const [before, start] = [counters(read), now()]
  return () => {
    const [after, time] = [counters(read), now() - start]
    const share = (of: number | undefined): number | undefined =>
      of === undefined || !(time > 0) ? undefined : rounded(of / time)
    const { ticks: from } = before
    const { ticks: to } = after
    const [passed, taken] =
      from === undefined || to === undefined ? [0, 0] : [to.all - from.all, to.stolen - from.stolen]
    const found = defined({
      waited: share(difference(before.waited, after.waited)),
      stolen: passed > 0 ? rounded(taken / passed) : undefined,
      ticks: passed > 0 ? passed : undefined,
      throttled: share(difference(before.throttled, after.throttled)),
    })
    return Object.keys(found).length === 0 ? undefined : found
  }
}

function counters(read: Read): Counters {
  const text = (path: string): string => {
    try {
      return read(path)
    } catch {
      return ''
    }
  }
  const pressure = /^some .*total=(\d+)/m.exec(text('/proc/pressure/cpu'))?.[1]
  const cpu = /^cpu +(.*)$/m.exec(text('/proc/stat'))?.[1]?.split(' ').map(Number)
  // Inside a container its own group is the root that it sees.
  const group = /^0::(.*)$/m.exec(text('/proc/self/cgroup'))?.[1] ?? '/'
  const limits =
    text(`/sys/fs/cgroup${group === '/' ? '' : group}/cpu.stat`) || text('/sys/fs/cgroup/cpu.stat')
  const throttled = /^throttled_usec (\d+)/m.exec(limits)?.[1]
  return {
    waited: pressure === undefined ? undefined : Number(pressure) / 1000,
    // user nice system idle iowait irq softirq steal; what follows is part of user and nice.
    ticks:
      cpu === undefined
        ? undefined
        : { all: cpu.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0), stolen: cpu[7] ?? 0 },
    throttled: throttled === undefined ? undefined : Number(throttled) / 1000,
  }
}

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from
}

/** A counter may be updated late, and tell a little more than the time that passed. */
function rounded(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000
}
