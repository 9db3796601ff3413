/** The calls of one arm, trial by trial, with cold and invalid ones marked and never in the same figure as the warm. */
import { callValues } from '../judge/values.ts'
import type { Call, Trial } from '../schema/generated.ts'
import { median } from '../stats/index.ts'
import { toMd, type Md } from './escape.ts'
import { absent, quantity } from './format.ts'
import { own, table } from './markdown-table.ts'
import { isMeasured } from './output.ts'
import { folded } from './agent-figures.ts'
import { shortName } from './agent-workflow.ts'

/** Most rows of a table; trials.jsonl has every call. */
const mostRows = 500

/** A longer table is folded away, or what follows it would not be found. */
const mostOpenRows = 40

/** A summary by stage, then every call. */
export function callTables(trials: readonly Trial[]): string[] {
  const rows = trials.flatMap((trial) => trial.calls.map((call) => ({ trial, call })))
  if (rows.length === 0) return ['### Calls', 'No call was made.']
  const shown = rows.slice(-mostRows)
  const omitted = rows.length - shown.length
  const every = table(
    callHeadings,
    shown.map(({ trial, call }) => callRow(trial, call)),
  )
  return [
    '### Calls by stage',
    byStage(rows),
    `Medians over single calls of blocks. Cold calls are those of warm-ups too${rows.some(({ trial }) => trial.phase === 'solo') ? '; trials of an agent alone are left out' : ''}.`,
    '### Calls',
    ...(omitted > 0 ? [`The last ${shown.length} calls; ${omitted} earlier ones are in trials.jsonl.`] : []),
    shown.length > mostOpenRows ? folded(`${shown.length} calls, trial by trial`, every) : every,
  ]
}

const callHeadings = [
  'trial',
  'stage',
  '>call',
  '>TTFT',
  '>throughput',
  '>tokens',
  '>prompt tokens',
  '>load / prompt / rest of TTFT',
  '>duration',
  'outcome',
] as const

interface MadeCall {
  trial: Trial
  call: Call
}

const groups = [
  { name: 'warm', has: ({ trial, call }: MadeCall) => call.valid && !call.cold && isMeasured(trial) },
  { name: 'cold', has: ({ call }: MadeCall) => call.valid && call.cold },
  { name: 'invalid', has: ({ call }: MadeCall) => !call.valid },
] as const

function byStage(made: readonly MadeCall[]): string {
  const calls = made.filter(({ trial }) => trial.phase !== 'solo')
  const stages = [...new Set(calls.map(({ call }) => call.stage))]
  const rows = stages.flatMap((stage) =>
    groups.flatMap(({ name, has }) => {
      const some = calls.filter((one) => one.call.stage === stage && has(one)).map(({ call }) => call)
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
    toMd`${stageOf(call)}`,
    own(String(call.index)),
    own(quantity(call.ttft, 'ms')),
    own(quantity(throughput(call), 'tok/s')),
    own(quantity(call.eval_count, 'x')),
    own(quantity(call.prompt_eval_count, 'x')),
    own(ttftParts(call)),
    own(quantity(call.duration, 'ms')),
    outcome,
  ]
}

function ttftParts({ ttft_parts: parts, load_duration }: Call): string {
  if (parts === undefined) return quantity(load_duration, 'ms')
  return [parts.load, parts.prompt, parts.rest].map((part) => quantity(part, 'ms')).join(' / ')
}

/** `collector/report`: the stage, led by the agent where several work at once. */
function stageOf({ agent, stage }: Call): string {
  if (agent === undefined) return stage ?? absent
  return stage === null ? agent : `${agent}/${shortName(stage, agent)}`
}

/** `measure 3, attempt 2`: phase, block, and the attempt from the second on. */
export function trialName({ phase, block, attempt }: Trial): string {
  return `${phase}${block > 0 ? ` ${block}` : ''}${attempt > 1 ? `, attempt ${attempt}` : ''}`
}

/** What arrived of one call, tok/s; absent for an invalid call and for replies that are too short or not streamed. */
function throughput(call: Call): number | undefined {
  return call.valid ? callValues([call]).get('output_throughput') : undefined
}
