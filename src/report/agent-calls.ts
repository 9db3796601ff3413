/** The calls of one arm, trial by trial, with cold and invalid ones marked and never in the same figure as the warm. */
import { MIN_TOKENS_FOR_THROUGHPUT } from '../metrics.ts'
import type { Call, Trial } from '../schema/generated.ts'
import { median } from '../stats/index.ts'
import { toMd, type Md } from './escape.ts'
import { absent, count, quantity } from './format.ts'
import { own, table } from './markdown-table.ts'
import { brief } from './output.ts'

/** Most rows of a table; trials.jsonl has every call. */
const mostRows = 500

/** A summary by stage and temperature, then every call. */
export function callTables(trials: readonly Trial[]): string[] {
  const rows = trials.flatMap((trial) => trial.calls.map((call) => ({ trial, call })))
  if (rows.length === 0) return ['### Calls', 'No call was made.']
  const shown = rows.slice(-mostRows)
  const omitted = rows.length - shown.length
  return [
    '### Calls by stage',
    byStage(rows.filter(({ trial }) => trial.phase !== 'warmup').map(({ call }) => call)),
    'Medians over calls. Warm-up trials are left out here and marked below.',
    '### Calls',
    ...(omitted > 0 ? [`The last ${shown.length} calls; ${omitted} earlier ones are in trials.jsonl.`] : []),
    table(
      [
        'trial',
        'stage',
        '>call',
        '>TTFT',
        '>throughput',
        '>tokens',
        '>prompt tokens',
        '>load',
        '>duration',
        'outcome',
      ],
      shown.map(({ trial, call }) => callRow(trial, call)),
    ),
  ]
}

const groups = [
  { name: 'warm', has: (call: Call) => call.valid && !call.cold },
  { name: 'cold', has: (call: Call) => call.valid && call.cold },
  { name: 'invalid', has: (call: Call) => !call.valid },
] as const

function byStage(calls: readonly Call[]): string {
  const stages = [...new Set(calls.map((call) => call.stage))]
  const rows = stages.flatMap((stage) =>
    groups.flatMap(({ name, has }) => {
      const some = calls.filter((call) => call.stage === stage && has(call))
      if (some.length === 0) return []
      const centre = (value: (call: Call) => number | undefined, unit: string): Md => {
        const values = some.map(value).filter((one) => one !== undefined)
        return own(name === 'invalid' || values.length === 0 ? absent : quantity(median(values), unit))
      }
      const figures = [
        centre((call) => call.ttft, 'ms'),
        centre(throughput, 'tok/s'),
        centre((call) => call.eval_count, 'x'),
        centre((call) => call.duration, 'ms'),
      ]
      return [[toMd`${stage ?? absent}`, own(name), own(String(some.length)), ...figures]]
    }),
  )
  return table(['stage', '', '>calls', '>TTFT', '>throughput', '>tokens', '>duration'], rows)
}

function callRow(trial: Trial, call: Call): Md[] {
  const outcome = call.valid
    ? toMd`${call.done_reason ?? 'ok'}${call.cold ? ', cold' : ''}`
    : toMd`**${call.reason ?? 'invalid'}**`
  return [
    own(trialName(trial)),
    toMd`${call.agent === undefined ? '' : `${call.agent}: `}${call.stage ?? absent}`,
    own(String(call.index)),
    own(quantity(call.ttft, 'ms')),
    own(quantity(throughput(call), 'tok/s')),
    own(quantity(call.eval_count, 'x')),
    own(quantity(call.prompt_eval_count, 'x')),
    own(quantity(call.load_duration, 'ms')),
    own(quantity(call.duration, 'ms')),
    outcome,
  ]
}

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

/** `measure 3, attempt 2`: phase, block, and the attempt from the second on. */
export function trialName({ phase, block, attempt }: Trial): string {
  return `${phase}${block > 0 ? ` ${block}` : ''}${attempt > 1 ? `, attempt ${attempt}` : ''}`
}

/** Server-side rate of one call, tok/s; absent for an invalid call and for replies too short to tell. */
function throughput({ valid, eval_count: tokens = 0, eval_duration: ms = 0 }: Call): number | undefined {
  return valid && tokens >= MIN_TOKENS_FOR_THROUGHPUT && ms > 0 ? (tokens / ms) * 1000 : undefined
}
