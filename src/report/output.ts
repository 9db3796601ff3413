import type { Trial } from '../schema/generated.ts'

/** The last valid trial of a block that returned something. Warm-ups and agents alone are no whole trial of an arm. */
export function lastOutput(trials: readonly Trial[]): Trial | undefined {
  return trials.findLast((trial) => trial.valid && isMeasured(trial) && trial.output !== undefined)
}

/** Whether a trial is of a block and not beside it, as a warm-up or an agent alone is. */
export function isMeasured({ phase }: Trial): boolean {
  return phase === 'measure' || phase === 'confirm'
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
