/** What a check is, and how it is run. */
import { messageOf } from '../errors.ts'
import type { Call, CheckResult, StageTime } from '../schema/generated.ts'

/** What a check sees of a trial. */
export interface CheckedTrial {
  output: unknown
  arm: string
  calls: readonly Call[]
  stages: readonly StageTime[]
}

/**
 * Judges a trial's output. Returns or throws what is wrong, or nothing when all is well.
 * Reports call it by its `checkName`, else by the function's own name.
 */
export interface Check {
  (trial: CheckedTrial): void | string | Promise<void | string>
  checkName?: string
}

/** A check under the name reports call it by. */
export function named(checkName: string, check: Check): Check {
  return Object.assign(check, { checkName })
}

/** What reports call a check. */
export function nameOf(check: Check): string {
  const own: unknown = check.name
  return check.checkName ?? (typeof own === 'string' && own !== '' ? own : 'check')
}

/** Runs `check` on `trial` and gives the result reports show. */
export async function runCheck(check: Check, trial: CheckedTrial): Promise<CheckResult> {
  const name = nameOf(check)
  try {
    const problem = await check(trial)
    return typeof problem === 'string' && problem !== ''
      ? { name, ok: false, message: problem }
      : { name, ok: true }
  } catch (error) {
    return { name, ok: false, message: messageOf(error) }
  }
}
