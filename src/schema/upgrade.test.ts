import { expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { upgraded } from './upgrade.ts'
import { reportFaults } from './validate.ts'

/** The sample run as version 1 wrote it. */
function older(): Record<string, unknown> {
  const { report } = sampleRun('regressed')
  const suites = report.suites.map((suite) => ({
    ...suite,
    kind: undefined,
    comparisons: suite.comparisons.map(({ difference, interval, ...one }) =>
      difference === undefined
        ? { ...one, interval, kind: undefined }
        : { ...one, ratio: 1 + difference, p: 0.2, kind: undefined },
    ),
  }))
  const text = JSON.stringify({
    ...report,
    schema_version: 1,
    suites,
    gate: { ...report.gate, notices: ['a notice'] },
  })
    .replaceAll(/"reported_throughput":\{[^}]*\},?/g, '')
    .replaceAll('"blocks":', '"pairs":')
    .replaceAll('"blocks_needed":', '"pairs_needed":')
    .replaceAll('"fraction"', '"share"')
  return JSON.parse(text) as Record<string, unknown>
}

test('a report of version 1 becomes one of version 2', () => {
  expect(reportFaults(older())).not.toEqual([])
  const report = upgraded(older())
  expect(reportFaults(report)).toEqual([])
  const text = JSON.stringify(report)
  expect(text).not.toMatch(/"pairs|"share"|"output_throughput"/)
  expect(text).toContain('"reported_throughput"')
  expect(report).toMatchObject({ suites: [{ kind: 'config' }, { kind: 'config' }] })
  expect(report).toMatchObject({ gate: { notices: [{ suite: '', message: 'a notice' }] } })
  expect(text).toMatch(/"kind":"ratio".*"metric":"ttft"/)
  expect(text).toMatch(/"kind":"difference","metric":"valid_rate"/)
})

test("options and points keep their names: they are a server's and a user's", () => {
  const options = { pairs: 3, unit: 'share' }
  expect(upgraded({ schema_version: 1, suites: [{ arms: [{ options }] }] })).toMatchObject({
    suites: [{ arms: [{ options }] }],
  })
})

test("an embedded engine's model file is no part of its name", () => {
  const server = { kind: 'embedded', engine: 'node-llama-cpp 3 (llama.cpp b1), tiny.gguf, 3 bytes' }
  expect(upgraded({ schema_version: 1, suites: [{ arms: [{ server }] }] })).toMatchObject({
    suites: [
      {
        arms: [{ server: { engine: 'node-llama-cpp 3 (llama.cpp b1)', model_file: 'tiny.gguf, 3 bytes' } }],
      },
    ],
  })
})

test.each([1, 2])('a verdict that version %d spelled in another way is read', (schema_version) => {
  const told = (word: string) => ({
    arms: [{ concurrency: { verdict: word } }],
    comparisons: [],
    warnings: [{ code: word, message: 'serialised' }],
  })
  expect(upgraded({ schema_version, suites: [told('serialised')] })).toMatchObject({
    suites: [told('serialized')],
  })
})

test.each([[null], [2], [[1]], [{ schema_version: 2, pairs: 1 }], [{ pairs: 1 }]])('%j stays', (value) => {
  expect(upgraded(value)).toEqual(value)
})
