import { completeBlocks } from '../judge/blocks.ts'
import { pairOf } from '../judge/pair.ts'
import type { Plan, PlannedArm } from '../judge/plan.ts'
import { makePlan } from '../run/plan.ts'
import type { Trial } from '../schema/generated.ts'
import { minimumBlocks } from '../stats/index.ts'
import { asRequested } from './options.ts'
import type { RecordedAgent, Recording } from './recorded.ts'

/** Stands where a host has to and none is known. */
const unknownHost = 'not recorded'

/**
 * The plan an imported suite is judged by: the defaults of a run, and one look at all blocks, as nobody looked while
 * they were recorded.
 */
export function planFor({ agents }: Recording, suite: string, file: string, trials: readonly Trial[]): Plan {
  const [first, second] = agents
  const runs = Math.max(1, ...agents.map((agent) => agent.runs.length))
  const arm = ({ name, model }: RecordedAgent) => ({ name, model })
  const plan = makePlan(
    suite,
    file,
    { baseline: arm(first), candidate: arm(second), blocks: { min: runs, max: runs } },
    { host: unknownHost, thresholds: {}, blocks: {}, env: { seed: '0' } },
  )
  const candidate = { arm: recordedArm(second) }
  const recorded: Plan = { ...plan, baseline: recordedArm(first), candidates: [candidate] }
  const complete = completeBlocks(pairOf(recorded, candidate), trials, 'measure').length
  return { ...recorded, looks: [Math.max(minimumBlocks(plan.alpha), complete)] }
}

/** Options and host are those of the record, including what would be refused today. */
function recordedArm({ name, role, model, host, options }: RecordedAgent): PlannedArm {
  return { name, role, host: host ?? unknownHost, model, options: asRequested(options) }
}
