import type { Trial } from '../schema/generated.ts'

/** After these no second try is worth its time: nothing will be there that was not there before. */
const HOPELESS = new Set(['unreachable', 'model_missing'])
/** So many measured trials without a valid one, and the arm is given up. */
const GIVE_UP_AFTER = 3

/** Why an arm is not worth another trial, in the words of the last thing that went wrong; undefined while it is. */
export function whyUnusable(own: readonly Trial[]): string | undefined {
  const last = own.at(-1)
  if (last === undefined || last.valid) return undefined
  const neverValid = own.every((trial) => !trial.valid)
  const measured = own.filter((trial) => trial.phase !== 'warmup')
  const recent = own.slice(-GIVE_UP_AFTER)
  const hopeless = HOPELESS.has(last.invalid_reason!)
  const gone =
    hopeless &&
    (neverValid ||
      (recent.length === GIVE_UP_AFTER && recent.every((trial) => HOPELESS.has(trial.invalid_reason ?? ''))))
  return gone || (neverValid && measured.length >= GIVE_UP_AFTER) ? last.message! : undefined
}
