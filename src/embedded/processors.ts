/**
 * Keeps the engine on as many processors as its inference has threads, where Linux lets it.
 *
 * A token is made by two threads in turns: one decodes, one writes the answer. On different processors each waits for the
 * other to be woken, which takes as long as a small model's token and scatters as the machine does; on one processor
 * neither does.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A processor that is slower than this part of the fastest one is of another kind: the small cores of a laptop. */
const ALIKE = 0.9

/** Moves this process to as many processors as it is told; where there are no more than that, or no `taskset`, it stays. */
export function processorKeeper(): (threads: number) => void {
  const all = fastest(listed(readOr('/proc/self/status', '')))
  // Several engines at once do not all take the same.
  const start = process.pid % Math.max(1, all.length)
  const inTurn = [...all.slice(start), ...all.slice(0, start)]
  let held = inTurn.length
  return (threads) => {
    const wanted = Math.min(threads, inTurn.length)
    if (wanted === held) return
    held = wanted
    const list = inTurn.slice(0, wanted).join(',')
    spawnSync('taskset', ['-a', '-c', '-p', list, String(process.pid)], { stdio: 'ignore', timeout: 5000 })
  }
}

/** The processors in `Cpus_allowed_list:	0-3,8` of a status file, which knows the limits of a container too. */
export function listed(status: string): number[] {
  const [, ranges = ''] = /^Cpus_allowed_list:\s*(\S+)/m.exec(status) ?? []
  return ranges.split(',').flatMap((range) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
    if (first === undefined) return []
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i)
  })
}

function fastest(processors: readonly number[]): number[] {
  const speeds = processors.map((n) =>
    Number(readOr(`/sys/devices/system/cpu/cpu${n}/cpufreq/cpuinfo_max_freq`, '0')),
  )
  const most = Math.max(...speeds)
  return processors.filter((_, i) => (speeds[i] ?? 0) >= ALIKE * most)
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
