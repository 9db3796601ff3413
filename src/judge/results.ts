/**
 * The results of a suite: what its trials say of every arm by itself and of every candidate against the baseline. Worker
 * and reporter get them from the same function and the same trials, and what is in them is computed nowhere else.
 */
import { metricNames, metrics } from '../metrics.ts'
import type {
  Call,
  Comparison,
  Concurrency,
  Role,
  Samples,
  StageSamples,
  Trial,
} from '../schema/generated.ts'
import { summarize } from '../stats/index.ts'
import { judgePair, type Assessment } from './assess.ts'
import { completeBlocks, type Block } from './blocks.ts'
import { findCacheHits } from './counters.ts'
import { concurrencyValues, judgeConcurrency } from './concurrency.ts'
import { pairOf, trialsOf, type ArmPair } from './pair.ts'
import type { Candidate, Plan } from './plan.ts'
import { stageValues, trialValues, type Values } from './values.ts'

/** One arm by itself, over its trials of complete blocks. */
export interface ArmResults {
  samples: Samples
  stages: StageSamples[]
  /** Where several agents work at once. */
  concurrency?: Concurrency
}

/** One candidate against the baseline. */
export interface CandidateResults {
  candidate: Candidate
  pair: ArmPair
  /** By which it is judged: its own, and the baseline's that ran for it. */
  trials: readonly Trial[]
  assessment: Assessment
  arm: ArmResults
}

/** What the trials of a suite say. */
export interface Results {
  baseline: ArmResults
  /** In the order of the plan. */
  candidates: readonly CandidateResults[]
}

/** Judges every candidate of a plan. */
export function judge(plan: Plan, trials: readonly Trial[]): Results {
  const hits = findCacheHits(trials)
  const pairs = plan.candidates.map((candidate) => {
    const pair = pairOf(plan, candidate)
    const own = trialsOf(plan, candidate, trials)
    const phases = ['measure', 'confirm'] as const
    return {
      candidate,
      pair,
      trials: own,
      blocks: phases.flatMap((phase) => completeBlocks(pair, own, phase)),
    }
  })
  const baseline = baselineResults(pairs, hits)
  return {
    baseline,
    candidates: pairs.map(({ blocks, ...one }) => {
      const arm = armResults(one.pair, one.trials, blocks, 'candidate', hits)
      const assessment = judgePair(one.pair, one.trials, hits)
      return { ...one, arm, assessment: withMedians(assessment, { baseline, candidate: arm }) }
    }),
  }
}

type Measured = Pick<CandidateResults, 'pair' | 'trials'> & { blocks: readonly Block[] }

/** A trial of the shared baseline counts once, however many candidates it was held against. */
function baselineResults(pairs: readonly Measured[], hits: ReadonlySet<Call>): ArmResults {
  const all = pairs.flatMap(({ blocks }) => blocks)
  const blocks = [...new Map(all.map((block) => [block.trials.baseline[0], block])).values()]
  const longest = pairs.reduce((most, one) => (one.blocks.length > most.blocks.length ? one : most))
  return armResults(longest.pair, longest.trials, blocks, 'baseline', hits)
}

function armResults(
  pair: ArmPair,
  trials: readonly Trial[],
  blocks: readonly Block[],
  role: Role,
  hits: ReadonlySet<Call>,
): ArmResults {
  const own = blocks.flatMap((block) => block.trials[role])
  const together = blocks.map((block) => concurrencyValues(block, role))
  const concurrency = judgeConcurrency(pair, trials, role)
  return {
    samples: samplesOf([
      ...own.map((trial) => trialValues(trial, hits)),
      ...together.flatMap((values) => values.get(null) ?? []),
    ]),
    stages: stagesOf([
      ...own.map((trial) => stageValues(trial, hits)),
      // An agent is a stage of its trial.
      ...together.map(
        (values) => new Map([...values].flatMap(([agent, own]) => (agent === null ? [] : [[agent, own]]))),
      ),
    ]),
    ...(concurrency !== undefined && { concurrency }),
  }
}

function samplesOf(values: readonly Values[]): Samples {
  return Object.fromEntries(
    metricNames.flatMap((name) => {
      const measured = values.map((one) => one.get(name)).filter((value) => value !== undefined)
      return measured.length === 0 ? [] : [[name, { ...summarize(measured), unit: metrics[name].unit }]]
    }),
  )
}

function stagesOf(perTrial: readonly ReadonlyMap<string, Values>[]): StageSamples[] {
  const names = [...new Set(perTrial.flatMap((stages) => [...stages.keys()]))]
  return names.map((name) => ({
    name,
    samples: samplesOf(perTrial.flatMap((stages) => stages.get(name) ?? [])),
  }))
}

/** The values beside a ratio are the medians of the arms' samples. */
function withMedians(assessment: Assessment, arms: Readonly<Record<Role, ArmResults>>): Assessment {
  const medianOf = (role: Role, { metric, stage }: Comparison): number | undefined => {
    const { samples, stages } = arms[role]
    return (stage === null ? samples : stages.find(({ name }) => name === stage)?.samples)?.[metric]?.median
  }
  return {
    ...assessment,
    comparisons: assessment.comparisons.map((comparison) => {
      const [baseline, candidate] = [medianOf('baseline', comparison), medianOf('candidate', comparison)]
      return {
        ...comparison,
        ...(baseline !== undefined && { baseline_value: baseline }),
        ...(candidate !== undefined && { candidate_value: candidate }),
      }
    }),
  }
}
