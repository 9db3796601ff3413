/**
 * The decision on recorded data, `node scripts/corpus/main.ts <folder with calls.csv>`:
 *
 * 1. A/A: sessions that ran the very same baseline, each against each. No pair may be called changed.
 * 2. Baseline against chimera within each session of at least five calls an arm: how many of them each procedure
 *    calls regressed or improved, with both stages pooled and stage by stage.
 * 3. The same over all sessions as one comparison, where there are blocks enough for every stage.
 *
 * Without a corpus it says so and ends. Exits 1 if the A/A check fails.
 */
import { join } from 'node:path'
import { percent, table } from '../simulate/table.ts'
import { type Judge, judges } from './procedures.ts'
import { readCalls, type RecordedCall } from './read.ts'
import { bySession, type Measure, pairUp, rawTtft, throughput, warmTtft } from './samples.ts'

const folder = process.argv[2] ?? 'corpus'
const calls = readCalls(join(folder, 'calls.csv'))
if (calls === undefined) {
  console.log(`No calls.csv in ${folder}: nothing to check.`)
  process.exit(0)
}
const measures = [throughput, warmTtft, rawTtft]
const sessions = bySession(calls)

const same = [...sessions].flatMap(([name, session]) =>
  name.startsWith('data/research/tr109_rust_full/') ? [session.filter(({ arm }) => arm === 'baseline')] : [],
)
const pairs = same.flatMap((a, i) => same.slice(i + 1).map((b) => [a, b] as const))
console.log(
  `A/A: ${same.length} sessions of the same baseline, ${pairs.length} pairs, called changed either way\n`,
)
const share = (judge: Judge, measure: Measure): string => {
  const changed = pairs.filter(([a, b]) => isChange(judge, a, b, measure))
  return `${changed.length} (${percent(changed.length / pairs.length, 0)})`
}
console.log(
  table([
    ['procedure', ...measures.map(({ name }) => name)],
    ...judges.map((judge) => [judge.name, ...measures.map((measure) => share(judge, measure))]),
  ]),
)

const compared = [...sessions.values()]
  .map((session) => Map.groupBy(session, ({ arm }) => arm))
  .map((arms) => [arms.get('baseline') ?? [], arms.get('chimera') ?? []] as const)
  .filter(([baseline, chimera]) => baseline.length >= 5 && chimera.length >= 5)
const views = [
  ['both stages', undefined],
  ['analysis', 'analysis'],
  ['report', 'report'],
] as const
console.log(`\nBaseline against chimera, ${compared.length} sessions: regressed / improved / unchanged\n`)
console.log(
  table([
    ['procedure', ...[throughput, warmTtft].flatMap(({ name }) => views.map(([view]) => `${name}, ${view}`))],
    ...judges.map((judge) => [
      judge.name,
      ...[throughput, warmTtft].flatMap((measure) =>
        views.map(([, stage]) =>
          tally(
            judge,
            compared.map(([a, b]) => [ofStage(a, stage), ofStage(b, stage)]),
            measure,
          ),
        ),
      ),
    ]),
  ]),
)

const together = [0, 1].map((arm) =>
  compared.flatMap((pair, s) => (pair[arm] ?? []).map((call) => ({ ...call, run: `${s}/${call.run}` }))),
)
const [allBaseline = [], allChimera = []] = together
console.log('\nAll these sessions as one comparison\n')
console.log(
  table([
    ['procedure', ...[throughput, warmTtft].flatMap(({ name }) => views.map(([view]) => `${name}, ${view}`))],
    ...judges.map((judge) => [
      judge.name,
      ...[throughput, warmTtft].flatMap((measure) =>
        views.map(([, stage]) => {
          const sample = pairUp(ofStage(allBaseline, stage), ofStage(allChimera, stage), measure)
          return `${judge.judge(sample, measure.threshold) ?? '-'} (${sample.baseline.length})`
        }),
      ),
    ]),
  ]),
)

const [ours] = judges
const failed =
  ours !== undefined && pairs.some(([a, b]) => [throughput, warmTtft].some((m) => isChange(ours, a, b, m)))
if (failed) console.log('\nThe A/A check fails: a session differs from another of the same baseline.')
process.exitCode = failed ? 1 : 0

function isChange(
  { judge }: Judge,
  a: readonly RecordedCall[],
  b: readonly RecordedCall[],
  measure: Measure,
): boolean {
  const found = judge(pairUp(a, b, measure), measure.threshold)
  return found === 'regressed' || found === 'improved'
}

function ofStage(calls: readonly RecordedCall[], stage: string | undefined): RecordedCall[] {
  return calls.filter((call) => stage === undefined || call.stage === stage)
}

function tally(
  { judge }: Judge,
  all: readonly (readonly [RecordedCall[], RecordedCall[]])[],
  measure: Measure,
): string {
  const found = all.flatMap(([a, b]) => {
    const sample = pairUp(a, b, measure)
    return sample.baseline.length < 2 ? [] : [judge(sample, measure.threshold)]
  })
  const count = (what: string): number => found.filter((verdict) => verdict === what).length
  return `${count('regressed')} / ${count('improved')} / ${count('unchanged')} of ${found.length}`
}
