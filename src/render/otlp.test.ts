import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { metricsIn, plainAttributes, startCollector, type Point } from '../../test/support/collector.ts'
import { pictured } from '../../test/support/pictured.ts'
import { brokenCall, callOf } from '../../test/support/trials.ts'
import type { Trial } from '../schema/generated.ts'
import { run } from './command.ts'
import { measurements } from './gen-ai.ts'

const { report, trials } = pictured({ blocks: 6, calls: 3, slower: () => 1.3 })
report.environment.git = { sha: 'c0ffee00c0ffee00', branch: 'faster', dirty: false }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chimera-otlp-'))
  await writeFile(join(folder, 'report.json'), JSON.stringify(report))
  await writeTrials(trials)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const writeTrials = (some: readonly Trial[]): Promise<void> =>
  writeFile(join(folder, 'trials.jsonl'), some.map((trial) => `${JSON.stringify(trial)}\n`).join(''))

async function send(url: string, ...args: string[]): Promise<string> {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url)
  let output = ''
  const take = (text: string): void => void (output += `${text}\n`)
  expect(await run([folder, '--otlp', ...args], { stdout: take, stderr: take })).toBe(0)
  return output
}

const total = (points: readonly Point[], of: 'count' | 'sum'): number =>
  points.reduce((sum, point) => sum + point[of], 0)

describe('a collector', () => {
  test('receives the histograms of the conventions, once, with the values of the calls', async () => {
    await using collector = await startCollector()
    expect(await send(collector.url)).toBe(`Sent the metrics of 36 calls in 1 suite to ${collector.url}\n`)
    expect(collector.paths).toEqual(['/v1/metrics'])
    const metrics = metricsIn(collector.batches[0])
    const calls = trials.flatMap((trial) => trial.calls)
    const gaps = calls.flatMap(({ chunk_times: times = [] }) =>
      times.slice(1).map((at, i) => at - (times[i] ?? 0)),
    )
    const seconds = (values: readonly number[]): unknown[] => [
      's',
      values.length,
      expect.closeTo(values.reduce((sum, ms) => sum + ms, 0) / 1000, 6),
    ]
    const found = Object.entries(metrics).map(([name, { unit, points }]) => [
      name,
      [unit, total(points, 'count'), total(points, 'sum')],
    ])
    expect(Object.fromEntries(found)).toEqual({
      'gen_ai.client.operation.duration': seconds(calls.map(({ duration }) => duration)),
      'gen_ai.client.operation.time_to_first_chunk': seconds(calls.map(({ ttft }) => ttft ?? 0)),
      'gen_ai.client.operation.time_per_output_chunk': seconds(gaps),
      'gen_ai.client.token.usage': ['{token}', 72, 36 * (100 + 30)],
    })
  })

  test('receives the boundaries and attributes of the conventions, and what the report is of', async () => {
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=speed,vcs.ref.head.name=set')
    await using collector = await startCollector()
    await send(collector.url)
    const [{ resource, scopeMetrics } = { resource: { attributes: [] }, scopeMetrics: [] }] =
      collector.batches[0]!.resourceMetrics
    expect(plainAttributes(resource.attributes)).toMatchObject({
      'service.name': 'vitest-chimera',
      'service.version': '0.0.0',
      'vcs.ref.head.revision': 'c0ffee00c0ffee00',
      'vcs.ref.head.name': 'set',
      team: 'speed',
    })
    expect(scopeMetrics.map(({ scope }) => scope)).toEqual([{ name: 'vitest-chimera', version: '0.0.0' }])
    const metrics = metricsIn(collector.batches[0])
    const [duration] = metrics['gen_ai.client.operation.duration']!.points
    expect(duration!.explicitBounds).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ])
    const usage = metrics['gen_ai.client.token.usage']!.points
    expect(usage[0]!.explicitBounds).toEqual([
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ])
    const common = {
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': 'tiny',
      'server.address': '127.0.0.1',
      'server.port': 11434,
      'vitest_chimera.suite': 'made 1',
    }
    expect(usage.map((point) => plainAttributes(point.attributes))).toEqual(
      ['baseline', 'candidate'].flatMap((arm) =>
        ['input', 'output'].map((type) => ({
          ...common,
          'vitest_chimera.arm': arm,
          'gen_ai.token.type': type,
        })),
      ),
    )
  })

  test.each([
    ['refuses', 400],
    ['is not what it seems', 404],
  ])('that %s is named, with what it said', async (_, status) => {
    await using collector = await startCollector()
    collector.status = status
    await expect(send(collector.url)).rejects.toThrow(
      `The collector at ${collector.url} did not take the metrics (`,
    )
  })
})

describe('a call', () => {
  const of = (trial: Partial<Trial>): unknown[] => {
    const [first] = trials
    return [...measurements(report, [{ ...first!, ...trial } as Trial])].flat()
  }

  test('that broke has a duration alone, with its reason', () => {
    expect(of({ calls: [brokenCall('timeout')] })).toMatchObject([
      { name: 'gen_ai.client.operation.duration', value: 0.15, attributes: { 'error.type': 'timeout' } },
    ])
  })

  test('that is not streamed has no times of chunks; an embedding no output', () => {
    const {
      ttft: _,
      chunk_times: __,
      eval_count: ___,
      ...whole
    } = callOf({ endpoint: 'embed', streamed: false })
    const names = of({
      calls: [{ ...whole, model: 'nomic', response_model: 'nomic:latest' }],
    })
    expect(names).toMatchObject([
      { name: 'gen_ai.client.operation.duration' },
      { name: 'gen_ai.client.token.usage', value: 100, attributes: { 'gen_ai.token.type': 'input' } },
    ])
    expect(names[0]).toMatchObject({
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'nomic',
        'gen_ai.response.model': 'nomic:latest',
      },
    })
  })

  test('of a warm-up has none', () => {
    expect(of({ phase: 'warmup' })).toEqual([])
  })
})

test('what cannot be sent is said before anything is', async () => {
  await using collector = await startCollector()
  await expect(send('collector:4318', '--out', 'x')).rejects.toThrow('--out does not apply')
  await expect(send('nowhere')).rejects.toThrow('Expected one such as http://localhost:4318')
  await writeTrials([])
  await expect(send(collector.url)).rejects.toThrow('There are no calls to send')
  expect(collector.paths).toEqual([])
})
