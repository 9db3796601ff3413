import { suiteErrors } from './messages.ts'
import { byMetric, isMetric, metricNames, metrics, type MetricName } from '../metrics.ts'
import type { Plan, Rule } from '../judge/plan.ts'
import { nearest } from '../text/index.ts'
import type { ThresholdInput } from './agent.ts'

/** By metric: what may move by how much. */
export type Thresholds = Readonly<Partial<Record<MetricName, ThresholdInput>>>

/**
 * The rule of every metric: its default, changed by what the kind of suite gates, then by what the config says and then by
 * what the suite says.
 */
export function makeRules(
  suite: string,
  config: Thresholds,
  own: Thresholds,
  kind: Thresholds = {},
): Record<MetricName, Rule> {
  const rules = byMetric((name): Rule => {
    const { threshold, floor, gated } = metrics[name]
    return { threshold, floor, gated, stages: [] }
  })
  const layers = [
    { where: `the gates of suite "${suite}"`, layer: kind },
    { where: 'thresholds of chimera()', layer: config },
    { where: `thresholds of suite "${suite}"`, layer: own },
  ]
  for (const { where, layer } of layers) {
    for (const [name, input] of Object.entries(layer)) {
      if (!isMetric(name))
        throw suiteErrors.unknownMetric(name, where, nearest(name, metricNames), metricNames)
      rules[name] = merged(suite, name, rules[name], input)
    }
  }
  return rules
}

function asObject(input: ThresholdInput): Exclude<ThresholdInput, number | boolean> {
  if (typeof input === 'boolean') return { gated: input }
  return typeof input === 'number' ? { relative: input } : input
}

/** Naming a metric asks for its gate; `gated: false` takes that back. */
function merged(suite: string, name: MetricName, rule: Rule, input: ThresholdInput): Rule {
  const asked = asObject(input)
  const threshold = asked.relative ?? rule.threshold
  const floor = asked.floor ?? rule.floor
  if (!(Number.isFinite(threshold) && threshold >= 0))
    throw suiteErrors.badThreshold(
      suite,
      name,
      `Expected a fraction such as 0.05 but received ${String(threshold)}`,
    )
  if (!(Number.isFinite(floor) && floor >= 0))
    throw suiteErrors.badThreshold(suite, name, `Expected a floor of 0 or more but received ${String(floor)}`)
  if (threshold === 0)
    throw suiteErrors.badThreshold(
      suite,
      name,
      'Expected a threshold above 0 but received 0. Set the smallest change that matters, e.g. 0.05',
    )
  const onlyStages = asked.stages !== undefined && asked.gated === undefined
  return {
    threshold,
    floor,
    gated: asked.gated ?? (onlyStages ? rule.gated : true),
    stages: asked.stages ?? rule.stages,
  }
}

/** The same rules where nothing is gated. */
export function ungated(rules: Plan['rules']): Plan['rules'] {
  return byMetric((name) => ({ ...rules[name], gated: false, stages: [] }))
}
