import type { Trial } from '../schema/generated.ts'

/** trials.jsonl: one trial a line in the order given, each line ended; the empty string for no trials. */
export function trialsJsonl(trials: readonly Trial[]): string {
  return trials.map((trial) => `${JSON.stringify(trial)}\n`).join('')
}
