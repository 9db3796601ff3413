/** Are two arms alike: in what they were asked for, and in the model and server they ran on. */
import { isObject } from '../json.ts'
import type { ArmFacts, Plan, PlannedArm } from './plan.ts'

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

/** One way in which the arms differ that no option explains, and the word that says it is meant. */
export interface Difference {
  flag: 'models' | 'hosts'
  text: string
}

/** What forbids the comparison: differences of model or server that the suite did not say it is about. */
export function differences(
  { compare }: Pick<Plan, 'compare'>,
  baseline: ArmFacts,
  candidate: ArmFacts,
): Difference[] {
  const found = [
    differ('models', 'model digest', baseline.digest, candidate.digest),
    differ('models', 'quantization', baseline.quantization, candidate.quantization),
    differ('hosts', 'server', baseline.server.kind, candidate.server.kind),
    differ('hosts', 'server product', baseline.server.product, candidate.server.product),
    differ('hosts', 'server version', baseline.server.version, candidate.server.version),
  ]
  return found.filter((difference) => difference !== undefined).filter(({ flag }) => !compare.includes(flag))
}

/** What is not known cannot be held against an arm. */
function differ(
  flag: Difference['flag'],
  what: string,
  a: string | undefined,
  b: string | undefined,
): Difference | undefined {
  if (a === undefined || b === undefined || a === b) return undefined
  return { flag, text: `${what} ${shorten(a)} against ${shorten(b)}` }
}

function shorten(value: string): string {
  return /^(sha256:)?[0-9a-f]{64}$/.test(value) ? value.replace('sha256:', '').slice(0, 12) : value
}
