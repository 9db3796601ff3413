import { suiteErrors } from './messages.ts'
import { isMetric, metricNames, metrics, type MetricName } from '../metrics.ts'
import type { Plan, Rule } from '../judge/plan.ts'
import type { ThresholdInput } from './agent.ts'

/** The rule of every metric: its default, changed by what the config says and then by what the suite says. */
export function makeRules(
  suite: string,
  layers: readonly Record<string, ThresholdInput>[],
): Record<MetricName, Rule> {
  const rules = Object.fromEntries(
    metricNames.map((name): [MetricName, Rule] => {
      const { threshold, floor, gated } = metrics[name]
      return [name, { threshold, floor, gated, stages: [] }]
    }),
  ) as Record<MetricName, Rule>
  for (const layer of layers) {
    for (const [name, input] of Object.entries(layer)) {
      if (!isMetric(name))
        throw suiteErrors.badThreshold(
          suite,
          name,
          `Unknown metric. Known metrics: ${metricNames.join(', ')}`,
        )
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
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]): [string, Rule] => [
      name,
      { ...rule, gated: false, stages: [] },
    ]),
  ) as Plan['rules']
}
