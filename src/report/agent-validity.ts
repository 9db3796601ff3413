/** Which trials of an arm were invalid and why, and what its checks said. */
import type { Trial } from '../schema/generated.ts'
import { trialName } from './agent-calls.ts'
import { toMd } from './escape.ts'
import { absent, count } from './format.ts'
import { own, table } from './markdown-table.ts'
import { brief } from './output.ts'

/** Most invalid trials listed; trials.jsonl has them all. */
const mostRows = 500

/** Every invalid trial of the arm with its reason and cure. */
export function invalidTable(trials: readonly Trial[]): string[] {
  const invalid = trials.filter((trial) => !trial.valid)
  if (invalid.length === 0) return []
  const shown = invalid.slice(0, mostRows)
  return [
    '### Invalid trials',
    table(
      ['trial', 'reason', 'message'],
      shown.map((trial) => [
        own(trialName(trial)),
        toMd`${trial.invalid_reason}`,
        toMd`${brief(trial.message ?? absent)}`,
      ]),
    ),
    ...(shown.length < invalid.length
      ? [`${count(invalid.length - shown.length, 'more trial')} in trials.jsonl.`]
      : []),
  ]
}

/** How often each check passed. */
export function checksTable(trials: readonly Trial[]): string[] {
  const results = trials.flatMap((trial) => trial.checks)
  const names = [...new Set(results.map((check) => check.name))]
  if (names.length === 0) return []
  const rows = names.map((name) => {
    const all = results.filter((check) => check.name === name)
    const failed = all.filter((check) => !check.ok)
    return [
      toMd`${name}`,
      own(String(all.length - failed.length)),
      own(String(failed.length)),
      toMd`${brief(failed.at(-1)?.message ?? absent)}`,
    ]
  })
  return ['### Checks', table(['check', '>passed', '>failed', 'last failure'], rows)]
}
