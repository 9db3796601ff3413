import { parentPort } from 'node:worker_threads'
import { type Job, runJob } from './jobs.ts'

parentPort?.on('message', ({ job, runs, seed }: { job: Job; runs: number; seed: number }) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(runJob(job, runs, seed))
})
