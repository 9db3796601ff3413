import { text, type Check, type CheckedTrial } from 'vitest-chimera'
import { statementsOf, type Statement } from './statements.ts'

/** What is true of the files an agent took stock of. What is left out is not judged. */
export interface InventoryTruth {
  /** Files in all. */
  total?: number
  /** Files by type, e.g. `{ csv: 28, json: 44, markdown: 29 }`. */
  counts?: Readonly<Record<string, number>>
  /** When the latest file was modified, of each type or of all: ISO 8601, UTC. A text may state any of them, by the day. */
  latest?: readonly string[]
}

/**
 * The numbers the output states about the inventory are true: file counts by type, the total, the day of the latest
 * change. What the output does not state is not judged. Takes the truth, or a function that gets it from the trial.
 * The suite's own `checks` leave it out: small models fail it often. `scripts/corpus-checks.ts` counts how often.
 */
export function faithful(truth: InventoryTruth | ((trial: CheckedTrial) => InventoryTruth)): Check {
  const check: Check = (trial) => {
    const known = typeof truth === 'function' ? truth(trial) : truth
    const types = Object.keys(known.counts ?? {}).map((type) => type.toLowerCase())
    const wrong = statementsOf(text(trial.output), types).flatMap((statement) => {
      const expected = contradicted(statement, known)
      return expected === undefined ? [] : [{ statement, expected }]
    })
    return wrong[0] && complaint(wrong[0].statement, wrong[0].expected, wrong.length - 1)
  }
  return Object.assign(check, { checkName: 'faithful' })
}

function complaint({ about, type, value, line }: Statement, expected: string, others: number): string {
  const more = others > 0 ? `, and ${others} more such ${others === 1 ? 'statement' : 'statements'}` : ''
  return `The output is wrong about the ${subject(about, type)}: Expected ${expected} but received ${value} in ${quote(line)}${more}. Put the figures into the prompt, and make sure that num_ctx does not cut it.`
}

/** At most 90 characters of a line, without control and direction marks. */
function quote(line: string): string {
  const characters = Array.from(line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
  return `"${characters.length > 90 ? `${characters.slice(0, 89).join('')}…` : characters.join('')}"`
}

/** What is true where the statement is not; nothing where it is, or where the truth is not known. */
function contradicted(
  statement: Statement,
  { total, counts = {}, latest }: InventoryTruth,
): string | undefined {
  const { about, type = '', value, whole } = statement
  if (about === 'latest') {
    const days = new Set(latest?.map((moment) => moment.slice(0, 10)))
    return days.size === 0 || days.has(String(value)) ? undefined : [...days].join(' or ')
  }
  const expected = about === 'total' ? total : countOf(counts, type)
  if (expected === undefined || value === expected) return undefined
  // Fewer may be some of them; more never is.
  return whole || Number(value) > expected ? String(expected) : undefined
}

function countOf(counts: Readonly<Record<string, number>>, type: string): number | undefined {
  return Object.entries(counts).find(([name]) => name.toLowerCase() === type)?.[1]
}

function subject(about: Statement['about'], type = ''): string {
  if (about === 'total') return 'files in all'
  return about === 'latest' ? 'latest change' : `${type} files`
}
