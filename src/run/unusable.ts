import type { Trial } from '../schema/generated.ts'

/** After these no second try is worth its time: nothing will be there that was not there before. */
const HOPELESS = new Set(['unreachable', 'model_missing'])
/** So many measured trials without a valid one, and the arm is given up. */
const GIVE_UP_AFTER = 3

/** The arm that makes the suite unusable, with the last thing that went wrong in it. */
export function findUnusable(trials: readonly Trial[]): { arm: string; message: string } | undefined {
  for (const role of ['baseline', 'candidate'] as const) {
    const own = trials.filter((trial) => trial.role === role)
    const last = own.at(-1)
    if (last === undefined || last.valid) continue
    const neverValid = own.every((trial) => !trial.valid)
    const measured = own.filter((trial) => trial.phase !== 'warmup')
    const recent = own.slice(-GIVE_UP_AFTER)
    const hopeless = HOPELESS.has(last.invalid_reason!)
    const gone = hopeless && (neverValid || (recent.length === GIVE_UP_AFTER && recent.every((trial) => HOPELESS.has(trial.invalid_reason ?? ''))))
    if (gone || (neverValid && measured.length >= GIVE_UP_AFTER)) return { arm: last.arm, message: last.message! }
  }
  return undefined
}
