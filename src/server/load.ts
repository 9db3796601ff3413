import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_KEEP_ALIVE, type Arm } from '../call/index.ts'
import { ask, type Answer, type Where } from './ask.ts'
import { running } from './facts.ts'

// A load takes as long as the disk needs for the model's gigabytes.
const LOAD_LIMIT = 10 * 60_000
const POLL = 50

/** Loads the arm's model with the arm's options, by a request without a prompt. `duration` is its wall time, ms. */
export async function preload(
  host: Where,
  arm: Pick<Arm, 'model' | 'options' | 'keep_alive'>,
  { timeout = LOAD_LIMIT, signal }: { timeout?: number; signal?: AbortSignal } = {},
): Promise<Answer<{ duration: number }>> {
  const began = performance.now()
  const body = {
    model: arm.model,
    options: arm.options ?? {},
    keep_alive: arm.keep_alive ?? DEFAULT_KEEP_ALIVE,
    stream: false,
  }
  const answer = await ask({ host, path: '/api/generate', body, timeout, signal })
  return answer.ok ? { ok: true, value: { duration: performance.now() - began } } : answer
}

/** Makes the model leave and waits until /api/ps shows it no more; false if it still does after `timeout` ms. */
export async function unload(
  host: Where,
  model: string,
  { timeout = 10_000 }: { timeout?: number } = {},
): Promise<boolean> {
  const deadline = performance.now() + timeout
  await ask({ host, path: '/api/generate', body: { model, keep_alive: 0, stream: false }, timeout })
  while ((await running(host, model)) !== undefined) {
    if (performance.now() >= deadline) return false
    await sleep(POLL)
  }
  return true
}
