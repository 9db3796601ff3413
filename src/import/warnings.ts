/** What a reader of an imported suite has to know before trusting a figure of it. */
import { importTexts } from './messages.ts'
import { completeBlocks } from '../judge/blocks.ts'
import { pairOf } from '../judge/pair.ts'
import type { Plan } from '../judge/plan.ts'
import { present } from '../optional.ts'
import type { PairLegacy, Trial, Warning } from '../schema/generated.ts'
import { minimumBlocks } from '../stats/index.ts'
import { tookTurns } from './legacy.ts'
import type { Recording } from './recorded.ts'

export function importWarnings(
  recording: Recording,
  pair: PairLegacy,
  plan: Plan,
  trials: readonly Trial[],
): Warning[] {
  return [
    { code: 'imported', message: importTexts.notRecorded() },
    ...(trials.length === 0 ? [] : [...schedule(recording, pair), ...fewRuns(plan, trials)]),
    ...recording.agents.flatMap(({ name }) =>
      callWarnings(
        name,
        trials.filter((trial) => trial.arm === name),
      ),
    ),
  ]
}

function schedule({ agents }: Recording, pair: PairLegacy): Warning[] {
  const [{ name: first }, { name: second }] = agents
  if (pair.shape === 'single')
    return [{ code: 'fixed_order', message: importTexts.oneAfterTheOther(first, second) }]
  const { concurrent_wall_time_s: wall = 0, sequential_estimated_s: total = 0 } = pair
  return tookTurns(pair)
    ? [{ code: 'serialized', message: importTexts.serialized(wall, total) }]
    : [{ code: 'concurrent_agents', message: importTexts.together(first, second) }]
}

function fewRuns(plan: Plan, trials: readonly Trial[]): Warning[] {
  const needed = minimumBlocks(plan.alpha)
  const usable = completeBlocks(pairOf(plan, plan.candidates[0]), trials, 'measure').length
  return usable >= needed
    ? []
    : [{ code: 'too_few_blocks', message: importTexts.fewRuns(plan.blocks.max, usable, needed) }]
}

function callWarnings(arm: string, trials: readonly Trial[]): Warning[] {
  const calls = trials.flatMap((trial) => trial.calls)
  const broken = calls.filter((call) => !call.valid)
  const cold = calls.filter((call) => call.cold)
  const loads = cold.map((call) =>
    call.load_duration === undefined ? 'time not recorded' : `${Math.round(call.load_duration)} ms`,
  )
  return present<Warning>(
    broken.length > 0 && {
      code: 'broken_calls',
      arm,
      message: importTexts.broken(arm, broken.length, calls.length),
    },
    cold.length > 0 && {
      code: 'cold_calls',
      arm,
      metric: 'ttft_cold',
      message: importTexts.cold(arm, cold.length, calls.length, loads),
    },
  )
}
