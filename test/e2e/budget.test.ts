import { expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

/** Decode that scatters by a third: a threshold of 5 % is far out of reach. */
const NOISY = { call: { ttft: 25, per_token: 4, tokens: 24, jitter: 0.3 } }
const SAME = `{ name: 'again', model: 'tiny' }`

test('the A/A suite measures the noise floor, and the next run says before it starts what is out of reach', async () => {
  await using server = await startScriptedOllama(NOISY)
  await using project = await createFixture({
    'suites/one.bench.ts': benchFile({
      candidate: SAME,
      more: 'blocks: { min: 6, max: 8 }, thresholds: { ttft: false },',
    }),
  })
  // The scatter is the script's, by the number of the call: with this schedule it tells nothing apart.
  const env = { OLLAMA_HOST: server.url, CHIMERA_SEED: '1' }
  const first = await project.bench([], env)
  const suite = first.report!.suites[0]!
  expect(suite.calibration).toBe(true)
  expect(suite.noise!['output_throughput']).toBeGreaterThan(0.05)
  expect(suite.warnings.map(({ code }) => code)).toContain('threshold_out_of_reach')
  const second = await project.bench([], env)
  const [before, after] = second.output.split(/✓|×/)
  expect(after).toBeDefined()
  expect(before).toMatch(/5 % for output_throughput is out of reach.*about \d+ blocks; at most 8 are allowed/)
})

test('a time budget ends in an honest inconclusive, and one too small says so at once', async () => {
  // Six blocks take more than four seconds wherever this runs, and one of them fewer than two.
  await using server = await startScriptedOllama({ call: { ...NOISY.call, per_token: 15 } })
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ candidate: SAME }) })
  const { exitCode, report, output } = await project.bench([], {
    OLLAMA_HOST: server.url,
    CHIMERA_TIME_BUDGET: '2000',
  })
  expect(report!.suites[0]!.comparisons.find(({ metric }) => metric === 'output_throughput')!.verdict).toBe(
    'inconclusive',
  )
  expect(report!.suites[0]!.warnings.map(({ code }) => code)).toContain('time_budget')
  expect(report!.status).toBe('complete')
  expect(output).toMatch(/2000 ms is too small for a verdict: the minimum of 6 blocks/)
  expect(exitCode).toBe(0)
})
