import { whyUnusable } from '../judge/unusable.ts'
import type { Trial } from '../schema/generated.ts'

/** The arm that makes the suite unusable, with the last thing that went wrong in it. */
export function findUnusable(trials: readonly Trial[]): { arm: string; message: string } | undefined {
  for (const role of ['baseline', 'candidate'] as const) {
    const own = trials.filter((trial) => trial.role === role)
    const message = whyUnusable(own)
    if (message !== undefined) return { arm: own.at(-1)!.arm, message }
  }
  return undefined
}
