/**
 * Judges stored trials again with today's judge, `npm run replay -- <folder or file> …`, and prints a table and why
 * trial_duration moved.
 *
 * It reads every `*.jsonl` and `*.jsonl.gz` of a folder, trials.jsonl of earlier runs among them. Blocks, thresholds and
 * gates are those of the report.json beside a file; without one they are the defaults, with as many blocks as were
 * recorded for a budget.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { attribute } from '../src/judge/attribution.ts'
import { gateSuite } from '../src/judge/gate.ts'
import { pairTrials } from '../src/judge/pair.ts'
import type { Plan } from '../src/judge/plan.ts'
import { judge } from '../src/judge/results.ts'
import type { ThresholdInput } from '../src/run/agent.ts'
import { makePlan } from '../src/run/plan.ts'
import { attributionSentence } from '../src/report/document/attribution.ts'
import { prose, say } from '../src/report/document/blocks.ts'
import { printTerminal } from '../src/report/print/terminal.ts'
import type { Attribution, Comparison, Report, Trial } from '../src/schema/generated.ts'
import { upgraded } from '../src/schema/upgrade.ts'
import { asTrial } from '../src/schema/validate.ts'
import { estimate, interval } from '../src/text/index.ts'
import { table } from './simulate/table.ts'

/** One comparison of stored trials, judged. */
export interface Replayed {
  file: string
  suite: string
  candidate: string
  gate: string
  comparisons: readonly Comparison[]
  attribution?: Attribution | undefined
}

/** Every comparison of one file. */
export function replay(path: string): Replayed[] {
  const trials = readTrials(path)
  const candidates = trials.filter(({ role }) => role === 'candidate')
  const suites = [
    ...Map.groupBy(candidates, ({ suite, file, arm }) => JSON.stringify([suite, file, arm])).values(),
  ]
  const stored = readReport(join(dirname(path), 'report.json'))
  return suites.map(([first]) => {
    const { suite, file, arm } = first!
    const own = pairTrials(
      trials.filter((trial) => trial.suite === suite && trial.file === file),
      arm,
    )
    const plan = planOf(own, stored)
    const results = judge(plan, own)
    const ending = { stopped: 'budget', requeued: 0, warnings: [] } as const
    const gate = gateSuite({ plan, trials: own, ending, results }, new Set(['regressed']))
    return {
      file: basename(path),
      suite,
      candidate: arm,
      gate: gate.status,
      comparisons: results.candidates.flatMap(({ assessment }) => assessment.comparisons),
      attribution: results.candidates.map(({ pair, trials }) => attribute(pair, trials))[0],
    }
  })
}

function planOf(trials: readonly Trial[], stored: Report | undefined): Plan {
  const [baseline, candidate] = (['baseline', 'candidate'] as const).map((role) =>
    trials.find((trial) => trial.role === role),
  )
  if (baseline === undefined || candidate === undefined) throw new Error('Both arms need a trial.')
  const { suite: name, file } = candidate
  const suite = stored?.suites.find((one) => one.name === name && one.file === file)
  const recorded = Math.max(...trials.map(({ block }) => block))
  const made = makePlan(
    name,
    file,
    {
      baseline: { name: baseline.arm, model: 'recorded' },
      candidate: { name: candidate.arm, model: 'recorded' },
      blocks: suite?.blocks ?? { min: Math.min(6, recorded), max: recorded },
      thresholds: thresholdsOf(suite?.comparisons ?? []),
    },
    { host: 'recorded', thresholds: {}, blocks: {}, env: { seed: '0' } },
  )
  return { ...made, suite: name, file }
}

function thresholdsOf(comparisons: readonly Comparison[]): Record<string, ThresholdInput> {
  const whole = comparisons.filter(({ stage, threshold }) => stage === null && threshold > 0)
  return Object.fromEntries(
    whole.map(({ metric, threshold, gated }) => [metric, { relative: threshold, gated }]),
  )
}

function readTrials(path: string): Trial[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => asTrial(JSON.parse(line), `${basename(path)}, line ${i + 1}`))
}

function readReport(path: string): Report | undefined {
  return existsSync(path) ? (upgraded(JSON.parse(readFileSync(path, 'utf8'))) as Report) : undefined
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .toSorted()
    .map((name) => join(path, name))
}

const SHOWN = new Set(['reported_throughput', 'e2e_latency', 'trial_duration'])

function rowsOf({ file, suite, candidate, gate, comparisons }: Replayed): string[][] {
  return comparisons
    .filter(({ metric, stage, gated }) => (stage === null && SHOWN.has(metric)) || gated)
    .map((one) => [
      file,
      `${suite} · ${candidate}`,
      `${one.metric}${one.gated ? '' : ' (not gated)'}`,
      estimate(one),
      interval(one),
      String(one.blocks),
      one.verdict,
      gate,
    ])
}

/** `aa.jsonl, report-agent · chimera: +0.4 % trial_duration: …` */
function reasonOf({ file, suite, candidate, attribution }: Replayed): string[] {
  if (attribution === undefined) return []
  const line = say`${file}, ${suite} · ${candidate}: ${attributionSentence(attribution)}`
  return [printTerminal([prose(line)], { color: false })]
}

if (import.meta.main) {
  const paths = process.argv.slice(2)
  if (paths.length === 0) {
    console.error('Usage: npm run replay -- <folder with trials.jsonl, or a file> …')
    process.exit(2)
  }
  const head = ['file', 'suite · candidate', 'metric', 'change', 'interval', 'blocks', 'verdict', 'gate']
  const found = paths.flatMap(filesOf).flatMap(replay)
  console.log(table([head, ...found.flatMap(rowsOf)]))
  console.log(found.flatMap(reasonOf).join('\n'))
}
