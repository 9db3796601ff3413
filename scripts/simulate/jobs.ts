import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Cell, factors, procedures, simulateCell } from './cells.ts'
import { type CheckName, checks } from './checks.ts'
import type { Count } from './count.ts'
import { noises } from './noise.ts'
import { alike, baselines, failing, simulateValidity, type ValidityCell } from './validity.ts'

/** A part of the simulation that one worker does in one go. */
export type Job =
  | { cell: readonly [procedure: string, noise: string, factor: number] }
  | { check: CheckName }
  | { failing: readonly [baseline: number, candidate: number] }

/** All that the simulation found. */
export interface Results {
  cells: Cell[]
  counts: Count[]
  validity: ValidityCell[]
}

const failureRates: readonly (readonly [number, number])[] = [
  ...baselines.flatMap((baseline) => failing.map((candidate) => [baseline, candidate] as const)),
  ...alike.map((share) => [share, share] as const),
]

/** The whole simulation in parts, the long ones first. */
function allJobs(): Job[] {
  const cells = procedures.flatMap(({ name }) =>
    noises.flatMap((noise) => factors.map((factor): Job => ({ cell: [name, noise.name, factor] }))),
  )
  const slow = (job: Job): number => ('cell' in job && job.cell[0].startsWith('criterion') ? 0 : 1)
  return [
    ...(Object.keys(checks) as CheckName[]).map((check): Job => ({ check })),
    ...failureRates.map((rates): Job => ({ failing: rates })),
    ...cells,
  ].sort((a, b) => slow(a) - slow(b))
}

/** Does one part. */
export function runJob(job: Job, runs: number, seed: number): Results {
  const none = { cells: [], counts: [], validity: [] }
  if ('check' in job) return { ...none, counts: checks[job.check](runs, seed) }
  if ('failing' in job) return { ...none, validity: [simulateValidity(...job.failing, runs, seed)] }
  return { ...none, cells: [simulateCell(...job.cell, runs, seed)] }
}

/** Does all parts on all cores. Each has a generator of its own, so the number of cores changes nothing. */
export async function runAll(runs: number, seed: number): Promise<Results> {
  const jobs = allJobs()
  const results: Results = { cells: [], counts: [], validity: [] }
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.ts', import.meta.url))
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { cells, counts, validity } = await answer(worker, { job, runs, seed })
      results.cells.push(...cells)
      results.counts.push(...counts)
      results.validity.push(...validity)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const rank = ({ baseline, candidate }: ValidityCell): number =>
    failureRates.findIndex(([b, c]) => b === baseline && c === candidate)
  return {
    ...results,
    cells: inTableOrder(results.cells),
    validity: results.validity.toSorted((a, b) => rank(a) - rank(b)),
  }
}

function inTableOrder(cells: readonly Cell[]): Cell[] {
  const place = ({ procedure, noise }: Cell): number =>
    noises.findIndex(({ name }) => name === noise) * procedures.length +
    procedures.findIndex(({ name }) => name === procedure)
  return cells.toSorted((a, b) => place(a) - place(b) || a.factor - b.factor)
}

async function answer(worker: Worker, question: { job: Job; runs: number; seed: number }): Promise<Results> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(question)
  const [results] = (await once(worker, 'message')) as [Results]
  return results
}
