import type { ArmFacts, Plan } from './plan.ts'

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
