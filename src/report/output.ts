import type { Trial } from '../schema/generated.ts'

/** The last valid trial that returned something, warm-ups aside, and what it returned as text. */
export function lastOutput(trials: readonly Trial[]): { trial: Trial; text: string } | undefined {
  const trial = trials.findLast(
    ({ valid, phase, output }) => valid && phase !== 'warmup' && output !== undefined,
  )
  if (trial === undefined) return undefined
  return { trial, text: textOf(trial.output) }
}

/** A text as it is, anything else as JSON; but an object that holds texts of several lines member by member, so that they can be read. */
function textOf(output: unknown): string {
  if (typeof output === 'string') return output
  const members =
    typeof output === 'object' && output !== null && !Array.isArray(output) ? Object.entries(output) : []
  if (!members.some(([, value]) => typeof value === 'string' && value.includes('\n')))
    return JSON.stringify(output, undefined, 2)
  return members
    .map(
      ([name, value]) =>
        `── ${name} ──\n${typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, undefined, 2)}`,
    )
    .join('\n\n')
}

/** A message short enough for a table: a server may answer with a whole page. */
export function brief(message: string): string {
  const { text, cut } = clip(message, 600)
  return cut === 0 ? text : `${text}… (${cut} more characters)`
}

/** The head of a text, never half a character of it, and how many characters were cut. */
export function clip(text: string, longest: number): { text: string; cut: number } {
  if (text.length <= longest) return { text, cut: 0 }
  const head = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
  return { text: head, cut: text.length - head.length }
}
