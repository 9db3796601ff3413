/** `vitest-chimera report --otlp`: the calls of a report as OTLP metrics, sent by the official SDK, an optional peer. */
import type * as Exporting from '@opentelemetry/exporter-metrics-otlp-http'
import type * as Resources from '@opentelemetry/resources'
import type * as Metrics from '@opentelemetry/sdk-metrics'
import { messageOf } from '../errors.ts'
import { defined } from '../optional.ts'
import type { Report, Trial } from '../schema/generated.ts'
import { histograms, measurements, type HistogramName } from './gen-ai.ts'
import { renderErrors } from './messages.ts'

/** Where the SDK's exporter sends metrics, by the variables of OpenTelemetry. */
export function collectorOf(env: NodeJS.ProcessEnv): string {
  const named = [env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'], env['OTEL_EXPORTER_OTLP_ENDPOINT']]
  return named.map((value) => value?.trim()).find((value) => value) ?? 'http://localhost:4318'
}

/**
 * Sends the metrics once, and says how many calls they are of.
 *
 * @throws ChimeraError where a package is missing, and where the collector does not take them
 */
export async function sendMetrics(report: Report, trials: readonly Trial[]): Promise<number> {
  const collector = collectorOf(process.env)
  // The exporter would fall back to its default, and send elsewhere.
  if (!URL.canParse(collector)) throw renderErrors.badCollector(collector)
  const { metrics, exporting, resources } = await loadSdk()
  const exporter = new exporting.OTLPMetricExporter()
  let problem: Error | undefined
  const reader = new metrics.PeriodicExportingMetricReader({
    // The reader would report a failure to nobody.
    exporter: {
      export: (batch, done) =>
        exporter.export(batch, (result) => {
          problem ??= result.error
          done(result)
        }),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
      selectAggregation: (type) => exporter.selectAggregation(type),
      selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
    },
    cardinalityLimits: { default: MOST_SERIES },
  })
  const provider = new metrics.MeterProvider({ readers: [reader], resource: resourceOf(report, resources) })
  const meter = provider.getMeter(report.tool.name, report.tool.version)
  const create = (name: HistogramName) => {
    const { buckets, ...about } = histograms[name]
    return meter.createHistogram(name, { ...about, advice: { explicitBucketBoundaries: [...buckets] } })
  }
  const instruments = new Map<HistogramName, ReturnType<typeof create>>()
  let calls = 0
  for (const call of measurements(report, trials)) {
    calls++
    for (const { name, value, attributes } of call) {
      const instrument = instruments.get(name) ?? create(name)
      instruments.set(name, instrument)
      instrument.record(value, attributes)
    }
  }
  // Sends what there is, once.
  await provider.shutdown()
  if (problem !== undefined) throw renderErrors.notTaken(collector, messageOf(problem))
  return calls
}

/** Sets of attributes of a metric: a sweep has an arm for each point of its grid. */
const MOST_SERIES = 20_000

/** What the metrics are of; variables of OpenTelemetry go first. */
function resourceOf({ tool, environment }: Report, resources: Sdk['resources']) {
  const own = resources.resourceFromAttributes(
    defined({
      'service.name': tool.name,
      'service.version': tool.version,
      'vcs.ref.head.revision': environment.git?.sha,
      'vcs.ref.head.name': environment.git?.branch,
    }),
  )
  const set = resources.detectResources({ detectors: [resources.envDetector] })
  return resources.defaultResource().merge(own).merge(set)
}

interface Sdk {
  metrics: typeof Metrics
  exporting: typeof Exporting
  resources: typeof Resources
}

async function loadSdk(): Promise<Sdk> {
  try {
    const [metrics, exporting, resources] = await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-metrics-otlp-http'),
      import('@opentelemetry/resources'),
    ])
    return { metrics, exporting, resources }
  } catch (cause) {
    throw renderErrors.sdkMissing(cause)
  }
}
