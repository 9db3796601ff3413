import { describe, expect, test } from 'vitest'
import { type OlderContent, olderImport, olderText } from '../../test/support/older-files.ts'
import { readRecording } from './read.ts'

describe('the shapes', () => {
  test.each([
    ['single', 'single', 3, 2],
    ['concurrent', 'concurrent', 1, 2],
    ['summary', 'summary', 0, 0],
  ] as const)('%s', (name, shape, runs, calls) => {
    const { pair, agents } = olderImport(name).recording
    expect(pair.shape).toBe(shape)
    expect(agents.map((agent) => agent.runs.length)).toEqual([runs, runs])
    expect(agents[1].runs[0]?.calls.length ?? 0).toBe(calls)
  })

  test('early files kept bare figures, each call a run of its own', () => {
    const { recording } = olderImport('single', (file) => {
      for (const agent of [file.baseline, file.chimera]) {
        agent.individual_runs = agent.llm_calls.map((call: { metrics: unknown }) => call.metrics)
        delete agent.llm_calls
        delete agent.workflow_runs
      }
    })
    expect(recording.agents[0].runs).toHaveLength(6)
    expect(recording.agents[0].runs[0]).toMatchObject({
      stages: [],
      output: {},
      calls: [{ stage: null }],
    })
  })

  test('a byte order mark does no harm', () => {
    expect(readRecording(`\ufeff${olderText('single')}`).pair.shape).toBe('single')
  })
})

describe('what cannot be read says why', () => {
  test.each([
    ['{', 'import_not_json', /not JSON/],
    ['[]', 'import_shape', /not a file of the older system/],
    ['null', 'import_shape', /something else/],
    ['{"a":1,"b":2}', 'import_shape', /"a", "b"/],
    ['[{"run_number":1,"baseline_results":{}}]', 'import_no_calls', /only means/],
    ['{"baseline":{"aggregate_metrics":{}},"chimera":{}}', 'import_no_calls', /only means/],
    ['{"collector":{"aggregate_metrics":{}},"insight":{}}', 'import_no_calls', /only means/],
  ])('%s', (text, code, message) => {
    expect(() => readRecording(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }) as Error,
    )
  })

  test.each([
    [
      'chimera.workflow_runs[1].llm_calls[0].metrics.ttft_ms',
      'nothing',
      (file: OlderContent) => delete file.chimera.workflow_runs[1].llm_calls[0].metrics.ttft_ms,
    ],
    ['baseline.timestamp', '"soon"', (file: OlderContent) => (file.baseline.timestamp = 'soon')],
    ['baseline.model', '7', (file: OlderContent) => (file.baseline.model = 7)],
    [
      'chimera.workflow_runs[0].workflow.total_seconds',
      '-1',
      (file: OlderContent) => (file.chimera.workflow_runs[0].workflow.total_seconds = -1),
    ],
    ['chimera.workflow_runs', '"none"', (file: OlderContent) => (file.chimera.workflow_runs = 'none')],
    ['chimera.llm_calls', '[]', (file: OlderContent) => (file.chimera.workflow_runs = [])],
  ])('%s', (path, received, change) => {
    expect(() => olderImport('single', change)).toThrow(`Invalid ${path}: Expected`)
    expect(() => olderImport('single', change)).toThrow(`received ${received}`)
  })
})
