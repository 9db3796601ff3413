import { isObject } from '../json.ts'
import type { PlannedArm } from './plan.ts'

/** Whether two arms were asked for the same, regardless of their names. */
export function asksTheSame(a: PlannedArm, b: PlannedArm): boolean {
  return requested(a) === requested(b)
}

/** Every config an arm's calls are made with: its agents', or its own. */
export function configsOf<A extends PlannedArm>(arm: A): readonly (A | NonNullable<A['agents']>[number])[] {
  return arm.agents ?? [arm]
}

/** The same text for the same value, in any order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  )
}

function requested(arm: PlannedArm): string {
  const { name: _, role: __, code: ___, config: ____, ...config } = arm
  return canonical(config)
}
