/** Warnings are data that travel with the results; a report shows each kind once, as a numbered note, and marks where it applies. */
import type { Report, SuiteReport } from '../../schema/generated.ts'

/** One kind of warning, however many suites raised it. */
export interface Note {
  number: number
  code: string
  /** Each text once, with where it was raised: the suite, then the arm and the metric where known. */
  messages: { message: string; where: string[][] }[]
}

/** All notes of a report, and the numbers that belong to a place in it. */
export interface Notes {
  all: readonly Note[]
  /** Numbers for a metric's row, an arm's row, or (neither given) what concerns the suite as a whole. */
  at(suite: SuiteReport, place?: { metric?: string; arm?: string }): number[]
}

/** Numbers the warnings of a report in the order of its suites. */
export function collectNotes({ suites }: Pick<Report, 'suites'>): Notes {
  const notes = new Map<string, Note>()
  for (const suite of suites)
    for (const { code, message, arm, metric } of suite.warnings) {
      const note = notes.get(code) ?? { number: notes.size + 1, code, messages: [] }
      notes.set(code, note)
      const told = note.messages.find((one) => one.message === message) ?? { message, where: [] }
      if (told.where.length === 0) note.messages.push(told)
      const where = [suite.name, arm, metric].filter((name) => name !== undefined)
      if (!told.where.some((known) => known.join('\n') === where.join('\n'))) told.where.push(where)
    }
  const at: Notes['at'] = (suite, place = {}) => {
    const here = suite.warnings.filter((warning) => {
      const target = anchor(suite, warning)
      return target.metric === place.metric && target.arm === place.arm
    })
    const numbers = here.flatMap(({ code }) => notes.get(code)?.number ?? [])
    return [...new Set(numbers)].toSorted((a, b) => a - b)
  }
  return { all: [...notes.values()], at }
}

// A warning about a metric that has no row, or an arm that is not listed, still has to show: it goes to the suite.
function anchor(
  suite: SuiteReport,
  { metric, arm }: { metric?: string; arm?: string },
): { metric?: string; arm?: string } {
  if (metric !== undefined && suite.comparisons.some((comparison) => comparison.metric === metric))
    return { metric }
  if (arm !== undefined && suite.arms.some(({ name }) => name === arm)) return { arm }
  return {}
}
