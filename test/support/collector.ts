/** A collector of OpenTelemetry's protocol over HTTP, as JSON, on the loopback interface: keeps what it receives. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Collector extends AsyncDisposable {
  url: string
  /** Paths of the requests. */
  paths: string[]
  /** Their bodies. */
  batches: Batch[]
  /** Answers in place of 200. */
  status: number
}

/** As much of an ExportMetricsServiceRequest as histograms have. */
export interface Batch {
  resourceMetrics: {
    resource: { attributes: Attribute[] }
    scopeMetrics: { scope: { name: string; version: string }; metrics: Metric[] }[]
  }[]
}

interface Metric {
  name: string
  unit: string
  histogram: { dataPoints: Point[] }
}

export interface Point {
  attributes: Attribute[]
  count: number
  sum: number
  bucketCounts: number[]
  explicitBounds: number[]
}

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number }
}

export async function startCollector(): Promise<Collector> {
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    collector.paths.push(request.url ?? '')
    collector.batches.push(JSON.parse(await text(request)) as Batch)
    response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void receive(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths: [],
    batches: [],
    status: 200,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return collector
}

/** The points of each metric in a batch, and its unit. */
export function metricsIn(batch: Batch | undefined): Record<string, { unit: string; points: Point[] }> {
  const metrics = (batch?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  )
  return Object.fromEntries(
    metrics.map(({ name, unit, histogram }) => [name, { unit, points: histogram.dataPoints }]),
  )
}

/** Attributes as a plain object. */
export function plainAttributes(
  attributes: readonly Attribute[],
): Record<string, string | number | undefined> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))
}
