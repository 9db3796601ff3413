/**
 * Whether the importer reproduces what the older system published, `node scripts/corpus/parity.ts <corpus folder>`:
 *
 * 1. every aggregate of published.json that can be recomputed from calls.csv, by src/import/legacy.ts;
 * 2. the old keyword extraction on the recorded analyses of workflow_golden.jsonl.gz, by extraction.ts.
 *
 * Prints the count per kind. Without a corpus it says so and ends. Exits 1 on any mismatch.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { extract } from './extraction.ts'
import { table } from '../simulate/table.ts'
import { readCorpus, type CorpusCall, type Published } from './published.ts'
import { Recomputer } from './recompute.ts'
import { tableRows } from './tables.ts'
import { Tally } from './tally.ts'

const folder = process.argv[2] ?? 'corpus'
const corpus = readCorpus(folder)
const golden = join(folder, 'workflow_golden.jsonl.gz')
if (corpus === undefined && !existsSync(golden)) {
  console.log(`No corpus in ${folder}: nothing to check.`)
  process.exit(0)
}
const matched = [
  ...(corpus === undefined ? [] : [aggregates(corpus)]),
  ...(existsSync(golden) ? [extraction(golden)] : []),
]
process.exitCode = matched.every(Boolean) ? 0 : 1

function aggregates({
  entries,
  calls,
}: {
  entries: readonly Published[]
  calls: readonly CorpusCall[]
}): boolean {
  const tally = new Tally()
  const recomputer = new Recomputer(entries, calls)
  const row = tableRows(recomputer, entries, [...new Set(calls.map((call) => call.path))])
  for (const entry of entries) {
    const figures = recompute(entry, recomputer, row)
    const kind = entry.table === undefined ? entry.kind : `${entry.kind} ${entry.table}`
    if (figures === undefined) tally.skip(`${kind}: the calls were not kept`)
    else tally.check(kind, `${entry.path} ${entry.agent ?? ''}`, asPrinted(entry), figures)
    if (entry.kind === 'agent_report_md') callTable(entry, recomputer, tally)
  }
  console.log(`${table(tally.rows())}\n`)
  tally.skipped().forEach((line) => console.log(`not recomputed: ${line}`))
  tally.examples.forEach((line) => console.log(`mismatch: ${line}`))
  return tally.wrong === 0
}

function recompute(
  entry: Published,
  recomputer: Recomputer,
  row: (entry: Published) => Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  switch (entry.kind) {
    case 'agent_aggregate':
      return recomputer.aggregate(entry.path, entry.agent, entry.aggregate_style)
    case 'pair_delta':
      return recomputer.pairDelta(entry.path)
    case 'multi_run':
      return recomputer.run(entry)
    case 'multi_summary':
      return recomputer.summary(entry)
    case 'agent_report_md':
      return recomputer.agentReport(entry)
    case 'table_row':
      return row(entry)
    default:
      return undefined
  }
}

/** Pages were printed with two decimals, a coefficient of variation with one; the corpus keeps them as numbers. */
function asPrinted({ kind, published }: Published): Record<string, unknown> {
  if (kind !== 'agent_report_md') return published
  return printed(published, (name) => (name.startsWith('cv_') ? 1 : 2))
}

function printed(
  figures: Record<string, unknown>,
  digits: (name: string) => number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      typeof value === 'number' ? value.toFixed(digits(name)) : value,
    ]),
  )
}

function callTable(entry: Published, recomputer: Recomputer, tally: Tally): void {
  const calls = recomputer.calls(entry.metrics_path!, entry.agent)
  entry.call_table?.forEach((row, i) => {
    const call = calls[i]
    if (call === undefined) return
    const {
      ttft_ms,
      throughput_tokens_per_sec: throughput,
      tokens_generated: tokens,
      total_duration_ms: total_ms,
    } = call
    tally.check(
      'agent_report_md calls',
      entry.path,
      printed(row, (name) => (name === 'tokens' ? 0 : 2)),
      { ttft_ms, throughput, tokens, total_ms },
    )
  })
}

function extraction(file: string): boolean {
  const [, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  const runs = lines.map(
    (line) => JSON.parse(line) as { analysis_response: string; expect: Record<string, unknown> },
  )
  const counts = { summary: 0, key_findings: 0, recommendations: 0 }
  for (const { analysis_response, expect } of runs) {
    const found = extract(analysis_response)
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
      if (JSON.stringify(found[name]) === JSON.stringify(expect[name])) counts[name]++
    }
  }
  console.log(
    `\nextraction: ${Object.entries(counts)
      .map(([name, n]) => `${name} ${n} of ${runs.length}`)
      .join(', ')}`,
  )
  return Object.values(counts).every((n) => n === runs.length)
}
