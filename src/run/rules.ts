import { byMetric, isMetric, metrics, type MetricName } from '../metrics.ts'
import type { Plan, Rule } from '../judge/plan.ts'
import type { ThresholdInput } from './agent.ts'

/** By metric: what may move by how much. */
export type Thresholds = Readonly<Partial<Record<MetricName, ThresholdInput>>>

/** The rule of every metric: its default, changed by each layer of thresholds in turn; the last layer is the suite's own. */
export function makeRules(...layers: readonly Thresholds[]): Record<MetricName, Rule> {
  const rules = byMetric((name): Rule => {
    const { threshold, floor, gated } = metrics[name]
    return { threshold, floor, gated, stages: [] }
  })
  for (const layer of layers) {
    for (const [name, input] of Object.entries(layer))
      if (isMetric(name) && input !== undefined)
        rules[name] = merged(rules[name], input, layer === layers.at(-1))
  }
  // Pauses are a part of decoding, and gated as it is unless something else was asked for.
  const isNamed = layers.some((layer) => layer.stall_share !== undefined)
  return isNamed ? rules : { ...rules, stall_share: { ...rules.output_throughput, floor: 0 } }
}

function asObject(input: ThresholdInput): Exclude<ThresholdInput, number | boolean> {
  if (typeof input === 'boolean') return { gated: input }
  return typeof input === 'number' ? { relative: input } : input
}

/** Naming a metric asks for its gate; `gated: false` takes that back. */
function merged(rule: Rule, input: ThresholdInput, isOwn: boolean): Rule {
  const asked = asObject(input)
  const onlyStages = asked.stages !== undefined && asked.gated === undefined
  return {
    threshold: asked.relative ?? rule.threshold,
    floor: asked.floor ?? rule.floor,
    gated: asked.gated ?? (onlyStages ? rule.gated : true),
    stages: asked.stages ?? rule.stages,
    ...(isOwn && asked.stages !== undefined && { ownStages: true }),
  }
}

/** The same rules where nothing is gated. */
export function ungated(rules: Plan['rules']): Plan['rules'] {
  return byMetric((name) => ({ ...rules[name], gated: false, stages: [] }))
}
