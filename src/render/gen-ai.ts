/**
 * The calls of a report as the client metrics of OpenTelemetry's semantic conventions for generative AI. Names, units,
 * boundaries and attributes are those of version 1.41, the last one before the conventions moved to a repository of their own:
 * https://github.com/open-telemetry/semantic-conventions/blob/v1.41.0/docs/gen-ai/gen-ai-metrics.md
 */
import { defined } from '../optional.ts'
import { trialsOf } from '../report/index.ts'
import type { ArmReport, Call, Report, Trial } from '../schema/generated.ts'

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power)

export type HistogramName =
  | 'gen_ai.client.operation.duration'
  | 'gen_ai.client.operation.time_to_first_chunk'
  | 'gen_ai.client.operation.time_per_output_chunk'
  | 'gen_ai.client.token.usage'

interface Histogram {
  unit: string
  description: string
  /** The boundaries of its buckets. */
  buckets: readonly number[]
}

export const histograms: Readonly<Record<HistogramName, Histogram>> = {
  'gen_ai.client.operation.duration': {
    unit: 's',
    description: 'GenAI operation duration.',
    buckets: SECONDS,
  },
  'gen_ai.client.operation.time_to_first_chunk': {
    unit: 's',
    description: 'Time from the request to the first chunk with content.',
    buckets: SECONDS,
  },
  'gen_ai.client.operation.time_per_output_chunk': {
    unit: 's',
    description: 'Time from one chunk to the next.',
    buckets: SECONDS,
  },
  'gen_ai.client.token.usage': {
    unit: '{token}',
    description: 'Number of input and output tokens used.',
    buckets: TOKENS,
  },
}

/** One value that a histogram takes. */
export interface Measurement {
  name: HistogramName
  value: number
  attributes: Record<string, string | number>
}

/** Ollama's `/api/generate` is a completion of a text. */
const operations: Readonly<Record<Call['endpoint'], string>> = {
  generate: 'text_completion',
  completions: 'text_completion',
  chat: 'chat',
  chat_completions: 'chat',
  responses: 'chat',
  embed: 'embeddings',
}

/** What a report has to say of its calls, suite by suite; warm-ups are left out. */
export function* measurements({ suites }: Report, trials: readonly Trial[]): Iterable<Measurement[]> {
  for (const suite of suites)
    for (const trial of trialsOf(suite, trials)) {
      const arm = suite.arms.find(({ name }) => name === trial.arm)
      if (arm === undefined || trial.phase === 'warmup') continue
      for (const call of trial.calls) yield ofCall(call, attributesOf(call, arm, suite.name))
    }
}

function ofCall(call: Call, attributes: Measurement['attributes']): Measurement[] {
  const seconds = (name: HistogramName, ms: number, more = {}): Measurement => ({
    name,
    value: ms / 1000,
    attributes: { ...attributes, ...more },
  })
  const duration = seconds(
    'gen_ai.client.operation.duration',
    call.duration,
    defined({ 'error.type': call.reason }),
  )
  // The others have no attribute that would tell a broken call from a sound one.
  if (!call.valid) return [duration]
  const { streamed, ttft, chunk_times: times = [] } = call
  return [
    duration,
    ...(streamed && ttft !== undefined ? [seconds('gen_ai.client.operation.time_to_first_chunk', ttft)] : []),
    ...times
      .slice(1)
      .map((at, i) => seconds('gen_ai.client.operation.time_per_output_chunk', at - (times[i] ?? at))),
    ...tokens('input', call.prompt_eval_count, attributes),
    ...tokens('output', call.eval_count, attributes),
  ]
}

function tokens(
  type: 'input' | 'output',
  value: number | undefined,
  attributes: Measurement['attributes'],
): Measurement[] {
  if (value === undefined) return []
  return [
    { name: 'gen_ai.client.token.usage', value, attributes: { ...attributes, 'gen_ai.token.type': type } },
  ]
}

function attributesOf(call: Call, arm: ArmReport, suite: string): Measurement['attributes'] {
  const { host, model } = arm.agents?.find(({ name }) => name === call.agent) ?? arm
  const { kind, product } = arm.server
  return defined({
    'gen_ai.operation.name': operations[call.endpoint],
    'gen_ai.provider.name': product ?? kind,
    'gen_ai.request.model': call.model ?? model,
    'gen_ai.response.model': call.response_model,
    ...placeOf(host),
    'vitest_chimera.suite': suite,
    'vitest_chimera.arm': arm.name,
  })
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

function placeOf(host: string): Measurement['attributes'] {
  const url = URL.parse(host)
  if (url === null || url.hostname === '') return {}
  const port = url.port === '' ? PORTS[url.protocol] : Number(url.port)
  return defined({ 'server.address': url.hostname.replace(/^\[|\]$/g, ''), 'server.port': port })
}
