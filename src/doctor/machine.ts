/** How steady the machine is: other load, the limits of a container, and how far the times of one piece of work differ. */
import { readFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { summarize } from '../stats/index.ts'
import { doctorTexts, type Finding } from './messages.ts'

const ROUNDS = 200
/** The work of a round takes about so long, ms. */
const ROUND_MS = 1

export async function machineFindings(): Promise<Finding[]> {
  const load = loadavg()[0] ?? 0
  const before = await throttled()
  const jitter = jitterOf(workTimes())
  const after = await throttled()
  return [
    jitterFinding(jitter),
    loadFinding(load, availableParallelism()),
    ...(before === undefined || after === undefined ? [] : [throttleFinding(after - before)]),
  ]
}

/** By how much the slow rounds (95th percentile) take longer than the median, as a fraction. */
export function jitterOf(times: readonly number[]): number {
  const { median, p95 } = summarize(times)
  return p95 / median - 1
}

export function jitterFinding(jitter: number): Finding {
  return jitter <= 0.1
    ? { mark: 'ok', what: doctorTexts.jitter(jitter) }
    : { mark: 'warn', what: doctorTexts.jitter(jitter), cure: doctorTexts.noiseCure() }
}

/** Windows has no load average and answers 0. */
export function loadFinding(load: number, processors: number): Finding {
  return load <= processors / 2
    ? { mark: 'ok', what: doctorTexts.load(load, processors) }
    : { mark: 'warn', what: doctorTexts.load(load, processors), cure: doctorTexts.noiseCure() }
}

export function throttleFinding(periods: number): Finding {
  return periods === 0
    ? { mark: 'ok', what: doctorTexts.notThrottled() }
    : { mark: 'warn', what: doctorTexts.throttled(periods), cure: doctorTexts.throttleCure() }
}

/** Times of the same work, ms. */
function workTimes(): number[] {
  let steps = 1000
  while (timeOf(steps) < ROUND_MS) steps *= 2
  return Array.from({ length: ROUNDS }, () => timeOf(steps))
}

let sink = 0

function timeOf(steps: number): number {
  const start = performance.now()
  for (let i = 0; i < steps; i++) sink = (sink * 1664525 + 1013904223) % 4294967296
  return performance.now() - start
}

/** Periods in which the container's CPU limit held its processes up; undefined without a control group. */
async function throttled(): Promise<number | undefined> {
  for (const path of ['/sys/fs/cgroup/cpu.stat', '/sys/fs/cgroup/cpu/cpu.stat']) {
    const text = await readFile(path, 'utf8').catch(() => '')
    const count = /^nr_throttled (\d+)$/m.exec(text)?.[1]
    if (count !== undefined) return Number(count)
  }
  return undefined
}
