import type { Check } from '../agent.ts'

/** A check under the name reports call it by. */
export function named(checkName: string, check: Check): Check {
  return Object.assign(check, { checkName })
}
