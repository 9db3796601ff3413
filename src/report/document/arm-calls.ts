/** The calls of one arm, trial by trial, with cold and invalid ones marked and never in the same figure as the warm. */
import { throughputOf } from '../../judge/values.ts'
import { present } from '../../optional.ts'
import type { Call, Trial } from '../../schema/generated.ts'
import { absent } from '../../text/index.ts'
import { columns, fold, heading, joined, measured, remark, say, strong, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import { center, isMeasured, shortName, trialName } from './trials.ts'

/** Most rows of a table; trials.jsonl has every call. A longer table than the second is folded away. */
const MOST_ROWS = 500
const MOST_OPEN_ROWS = 40

interface MadeCall {
  trial: Trial
  call: Call
}

/** A summary by stage, then every call. */
export function callBlocks(trials: readonly Trial[]): Block[] {
  const calls = trials.flatMap((trial) => trial.calls.map((call) => ({ trial, call })))
  if (calls.length === 0) return [heading(3, trusted('Calls')), remark('No call was made.')]
  const shown = calls.slice(-MOST_ROWS)
  const omitted = calls.length - shown.length
  const solo = calls.some(({ trial }) => trial.phase === 'solo')
  const every = everyCall(shown)
  return present(
    heading(3, trusted('Calls by stage')),
    byStage(calls),
    remark(
      `Medians over single calls of blocks. Cold calls include those of warm-ups${solo ? '; trials of an agent alone are left out' : ''}.`,
    ),
    heading(3, trusted('Calls')),
    omitted > 0 && remark(`The last ${shown.length} calls; ${omitted} earlier ones are in trials.jsonl.`),
    shown.length > MOST_OPEN_ROWS ? fold(trusted(`${shown.length} calls, trial by trial`), every) : every,
  )
}

const groups = [
  { name: 'warm', has: ({ trial, call }: MadeCall) => call.valid && !call.cold && isMeasured(trial) },
  { name: 'cold', has: ({ call }: MadeCall) => call.valid && call.cold },
  { name: 'invalid', has: ({ call }: MadeCall) => !call.valid },
] as const

function byStage(made: readonly MadeCall[]): Block {
  const calls = made.filter(({ trial }) => trial.phase !== 'solo')
  const stages = Map.groupBy(calls, ({ call }) => call.stage)
  const rows = [...stages].flatMap(([stage, own]) =>
    groups.flatMap(({ name, has }): Inline[][] => {
      const some = own.filter(has).map(({ call }) => call)
      if (some.length === 0) return []
      const middle = (value: (call: Call) => number | undefined, unit: string): Inline =>
        measured(name === 'invalid' ? undefined : center(some.map(value)), unit)
      return [
        [
          stage ?? trusted(absent),
          trusted(name),
          measured(some.length, 'count'),
          middle((call) => call.ttft, 'ms'),
          middle(throughput, 'tok/s'),
          middle((call) => call.eval_count, 'x'),
          middle((call) => call.duration, 'ms'),
        ],
      ]
    }),
  )
  const heads = columns('stage', '', '>calls', '>TTFT', '>throughput', '>tokens', '>duration')
  return table(trusted('Calls by stage'), heads, rows)
}

function everyCall(calls: readonly MadeCall[]): Block {
  const heads = [
    ...columns('trial', 'stage', '>call', '>TTFT', '>throughput', '>tokens', '>prompt tokens'),
    ...columns('>load / prompt / rest of TTFT', '>duration', 'outcome'),
  ]
  const rows = calls.map(({ trial, call }): Inline[] => [
    trusted(trialName(trial)),
    stageOf(call),
    measured(call.index, 'count'),
    measured(call.ttft, 'ms'),
    measured(throughput(call), 'tok/s'),
    measured(call.eval_count, 'x'),
    measured(call.prompt_eval_count, 'x'),
    ttftParts(call),
    measured(call.duration, 'ms'),
    call.valid
      ? say`${call.done_reason ?? 'ok'}${trusted(call.cold ? ', cold' : '')}`
      : strong(call.reason ?? 'invalid'),
  ])
  return table(trusted('Calls'), heads, rows)
}

function ttftParts({ ttft_parts: parts, load_duration: load }: Call): Inline {
  if (parts === undefined) return measured(load, 'ms')
  const three = [parts.load, parts.prompt, parts.rest]
  return joined(
    three.map((part) => measured(part, 'ms')),
    ' / ',
  )
}

/** `collector/report`: the stage, led by the agent where several work at once. */
function stageOf({ agent, stage }: Call): string {
  if (agent === undefined) return stage ?? absent
  return stage === null ? agent : `${agent}/${shortName(stage, agent)}`
}

/** What arrived of one call, tok/s; absent for an invalid call and for replies that are too short or not streamed. */
function throughput(call: Call): number | undefined {
  return call.valid ? throughputOf(call) : undefined
}
