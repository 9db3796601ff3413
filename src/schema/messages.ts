import { ChimeraError, messageOf } from '../errors.ts'

/** Faults of data against the JSON Schemas. */
export const schemaErrors = {
  badSchema: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'bad_schema',
      `The JSON Schema is invalid: ${messageOf(cause)}. Fix it; the expected draft is 2020-12.`,
      { cause },
    ),
  invalid: (what: string, where: string, faults: readonly string[]): ChimeraError =>
    new ChimeraError(
      `invalid_${what}`,
      `Invalid ${what} from ${where}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nIt was written by another version or edited by hand. Create it again with this version.`,
    ),
} as const

/** Faults of what a user sets; `where` says whose options they are. */
export const optionErrors = {
  unknown: (name: string, where: string, effect: string | undefined, nearest: string): string =>
    `Unknown option "${name}" of ${where}${effect === undefined ? '' : `: ${effect}`}. Did you mean "${nearest}"?`,
  unknownMetric: (name: string, where: string, nearest: string, known: readonly string[]): string =>
    `Unknown metric "${name}" in ${where}. Did you mean "${nearest}"? Known metrics: ${known.join(', ')}.`,
  bad: (what: string, expected: string, received: unknown, meant: string | undefined): string =>
    `Invalid ${what}: Expected ${expected} but received ${shown(received)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
} as const

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const text = (typeof value === 'number' ? undefined : asJson(value)) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
