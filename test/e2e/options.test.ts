/** What users set wrongly, and where they read of it. */
import { expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

const config = (options: string): string => `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
import { embedded } from 'vitest-chimera/embedded'
export default defineConfig({ plugins: [chimera(${options})], define: { unused: typeof embedded } })
`

test.each<[string, string, Record<string, string>, string]>([
  [
    'a typo in the config',
    '{ treshold: { ttft: 0.1 } }',
    {},
    'Unknown option "treshold" of chimera() in vitest.config.ts. Did you mean "thresholds"?',
  ],
  [
    '500 % in the config',
    '{ thresholds: { ttft: 5 } }',
    {},
    'Invalid `thresholds.ttft` of chimera() in vitest.config.ts: Expected a fraction such as 0.05 but received 5. Did you mean 0.05?',
  ],
  [
    'a typo in embedded()',
    '{ server: embedded({ paralel: 2 }) }',
    {},
    'Unknown option "paralel" of embedded() in vitest.config.ts. Did you mean "parallel"?',
  ],
  [
    'a word for a number in the environment',
    '',
    { CHIMERA_BLOCKS_MAX: 'abc' },
    'Invalid CHIMERA_BLOCKS_MAX: Expected a whole number but received "abc". Correct the variable or unset it.',
  ],
  [
    'an unknown verdict in the environment',
    '',
    { CHIMERA_FAIL_ON: 'worse' },
    'Invalid CHIMERA_FAIL_ON: Expected a list of',
  ],
])('%s: one sentence before the first suite, without a stack', async (_, options, env, sentence) => {
  await using project = await createFixture({
    'vitest.config.ts': config(options),
    'suites/one.bench.ts': benchFile(),
  })
  const { exitCode, report, output } = await project.bench([], env)
  expect(output.split(sentence)).toHaveLength(2)
  expect(output).not.toMatch(/^\s+at /m)
  expect(report).toBeUndefined()
  expect(exitCode).toBe(1)
})

test('a mistake in a suite is refused by its name and file, and no other suite suffers', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 10, per_token: 0.5, tokens: 24 } })
  const broken = (name: string, more: string): [string, string] => [
    `suites/${name}.bench.ts`,
    benchFile({ name, more }),
  ]
  await using project = await createFixture({
    'suites/nothing.bench.ts': `import { agentBench } from 'vitest-chimera'\nagentBench('nothing', async () => {}, null)\n`,
    'suites/agentless.bench.ts': benchFile({ name: 'agentless', agent: `'report'` }),
    ...Object.fromEntries([
      broken('typo', 'check: [],'),
      broken('percent', `thresholds: { ttft: '5%' },`),
      broken('pairs', 'pairs: 3,'),
      broken('model', `compare: 'model',`),
      broken('nan', 'timeBudget: Number.NaN,'),
      [
        'suites/good.bench.ts',
        benchFile({
          name: 'good',
          more: 'blocks: { min: 6, max: 6 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },',
        }),
      ],
    ]),
  })
  const { exitCode, report, output } = await project.bench([], { OLLAMA_HOST: server.url })
  const said = Object.fromEntries(report!.gate.failures.map(({ suite, message }) => [suite, message]))
  expect(Object.keys(said).toSorted()).toEqual([
    'agentless',
    'model',
    'nan',
    'nothing',
    'pairs',
    'percent',
    'typo',
  ])
  expect(said['nothing']).toMatch(
    /options of suite "nothing" in suites\/nothing\.bench\.ts: .* received null/,
  )
  expect(said['agentless']).toMatch(/agent of suite "agentless": Expected a function but received string/)
  expect(said['typo']).toMatch(/"check" of suite "typo" in suites\/typo\.bench\.ts\. Did you mean "checks"/)
  expect(said['percent']).toMatch(/Did you mean 0\.05\?/)
  expect(said['pairs']).toMatch(/`pairs` of suite "pairs" .*Did you mean \{ max: 3 \}/)
  expect(said['model']).toMatch(/Did you mean "models"/)
  expect(said['nan']).toMatch(/received NaN/)
  for (const message of Object.values(said)) expect(output).toContain(message)
  expect(report!.suites.map(({ name }) => name)).toEqual(['good'])
  expect(exitCode).toBe(1)
})
