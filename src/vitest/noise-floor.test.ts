import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditedLevel } from '../../test/support/audits.ts'
import { markdownOf, sampleRun } from '../../test/support/sample-runs.ts'
import { blocksOf, planFor } from '../../test/support/trials.ts'
import { auditedAs } from '../audit/levels.ts'
import type { Message } from './wire.ts'
import { describeMachine } from './environment.ts'
import { NoiseFloor } from './noise-floor.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chimera-noise-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const again = planFor({ candidate: { name: 'again', model: 'tiny' } })
const hot = planFor({ candidate: { name: 'hot', model: 'tiny', options: { temperature: 1 } } })
/** Blocks that scatter by far more than 5 %. */
const noisy: Message[] = [
  { kind: 'plan', plan: again },
  ...blocksOf(8, (block) => ({ eval_duration: 60 + 20 * block })).map((trial): Message => ({
    kind: 'trial',
    trial,
  })),
]
const OUT_OF_REACH = [
  expect.stringMatching(
    /^A threshold of 5 % for output_throughput is out of reach on this machine.*10 are allowed/,
  ),
]

/** A floor that has read a report whose A/A suite left output_throughput open by this much, as a log ratio. */
async function floorWith(
  halfWidth: number,
  change: (text: string) => string = (text) => text,
): Promise<NoiseFloor> {
  const { report } = sampleRun('regressed')
  const environment = { ...report.environment, ...describeMachine() }
  const [suite] = report.suites
  const open = suite!.comparisons.map((one) =>
    one.metric === 'output_throughput' && one.stage === null
      ? { ...one, interval: [Math.exp(-halfWidth), Math.exp(halfWidth)] }
      : one,
  )
  const known = {
    ...suite!,
    name: 'made',
    calibration: true,
    noise: { output_throughput: halfWidth },
    comparisons: open,
  }
  const path = join(dir, 'report.json')
  await writeFile(path, change(JSON.stringify({ ...report, environment, suites: [known] })))
  const floor = new NoiseFloor()
  await floor.load(dir)
  return floor
}

test('nothing is known at first, and without an earlier report', async () => {
  const floor = new NoiseFloor()
  expect(floor.warnings(hot)).toEqual([])
  await floor.load(join(dir, 'nowhere'))
  expect(floor.warnings(hot)).toEqual([])
})

test('the A/A suite of the last report warns before the suite starts', async () => {
  expect((await floorWith(0.3)).warnings(hot)).toEqual(OUT_OF_REACH)
  expect((await floorWith(0.003)).warnings(hot)).toEqual([])
})

test('so does one in the words of an earlier version', async () => {
  const one = { value: 1 }
  const figures = { blocks: 6, speedup: one, efficiency: one, slowdown: one, load_balance: one }
  const concurrency = JSON.stringify({ agents: [], ...figures, verdict: 'serialised' })
  const older = (text: string): string =>
    text.replace('"role":"baseline"', `"role":"baseline","concurrency":${concurrency}`)
  expect((await floorWith(0.3, older)).warnings(hot)).toEqual(OUT_OF_REACH)
})

test.each<[string, (text: string) => string]>([
  ['of another machine', (text) => text.replace(/"cpu":"[^"]*"/, '"cpu":"another"')],
  ['of another version', (text) => text.replace('"schema_version":2', '"schema_version":9')],
  ['cut short', (text) => text.slice(0, 200)],
])('a report %s is no source', async (_, change) => {
  expect((await floorWith(0.3, change)).warnings(hot)).toEqual([])
})

test('what an A/A suite of this run has shown counts more than the report', async () => {
  const floor = await floorWith(0.003)
  floor.learn(noisy)
  expect(floor.warnings(hot)).toEqual(OUT_OF_REACH)
  expect(floor.warnings({ ...hot, suite: 'other' })).toEqual([])
})

test('a suite of two different arms says nothing about the machine', () => {
  const floor = new NoiseFloor()
  floor.learn([{ kind: 'plan', plan: hot }, ...noisy.slice(1)])
  expect(floor.warnings(hot)).toEqual([])
})

test('what audits of this machine have found is known by suite and baseline, and stands in the report in one line', async () => {
  const { report } = sampleRun('regressed')
  const [suite] = report.suites
  const baseline = suite!.arms.find(({ role }) => role === 'baseline')!
  const { server, model } = auditedAs(baseline)
  const own = { suite: suite!.name, server, model }
  const comparisons = [
    ...auditedLevel('nothing', 0, [0, 4], own),
    ...auditedLevel('decode', 0.1, [2, 2], own),
  ]
  const audit = { schema_version: 1, ...describeMachine(), comparisons }
  await mkdir(join(dir, 'audit'))
  await writeFile(join(dir, 'audit/audit.json'), JSON.stringify(audit))
  const floor = new NoiseFloor()
  await floor.load(dir)
  const found = floor.auditOf(suite!.name, baseline)!
  expect(floor.auditOf('another', baseline)).toBeUndefined()
  const text = markdownOf({ ...report, suites: [{ ...suite!, audit: found }] })
  expect(text).toContain(
    `Audit of 2026-01-01: On this machine, ${suite!.name} sees changes of 10 % of decode in 4 s. (2 planted comparisons; 0 of 4 false alarms, at most 53 %)`,
  )
  await writeFile(join(dir, 'audit/audit.json'), JSON.stringify({ ...audit, comparisons: [{}] }))
  await floor.load(dir)
  expect(floor.auditOf(suite!.name, baseline)).toBeUndefined()
})
