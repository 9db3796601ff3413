/**
 * Runs the built-in checks, and `faithful` of the suite report-agent, over a corpus of recorded reports and prints what they find, per check and agent:
 *
 *     node scripts/corpus-checks.ts <corpus folder> [--show <check>]
 *
 * The folder holds workflow_golden.jsonl.gz (recorded runs) and, beside it, seeds/ (published reports). `--show` lists
 * every finding of a check, so that its precision can be judged by reading. Without a corpus it says so and ends.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { complete, hasSections, inLanguage, inScript, noRepetition, runCheck } from '../src/checks/index.ts'
import { faithful } from '../suites/report-agent/faithful.ts'
import { statementsOf } from '../suites/report-agent/statements.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { show: { type: 'string' } } })
const folder = positionals[0] ?? ''
if (!existsSync(join(folder, 'workflow_golden.jsonl.gz'))) {
  console.log(folder === '' ? 'Give the folder of a corpus.' : `No corpus at ${folder}: nothing to check.`)
  process.exit(0)
}

interface Recorded {
  from: string
  agent: string
  report: string
  /** Whether the run saw the whole inventory, so that the truth below is its truth. */
  inventory: boolean
}

const truth = {
  total: 101,
  counts: { csv: 28, json: 44, markdown: 29 },
  latest: ['2025-11-14T18:53:30Z', '2025-10-08T17:20:51Z', '2025-11-14T18:54:07Z'],
}
const sections = [
  'Executive Summary',
  'Data Ingestion',
  'Performance Analysis',
  'Key Findings',
  'Recommendations',
]
const checks = [
  complete(),
  noRepetition(),
  inScript('Latin'),
  inLanguage('en'),
  hasSections(sections),
  faithful(truth),
]

const recorded = [...readRuns(), ...readSeeds()]
const found = new Map<string, Map<string, string[]>>()
for (const { from, agent, report, inventory } of recorded) {
  for (const check of checks) {
    if (check.checkName === 'faithful' && !inventory) continue
    const { name, message } = await runCheck(check, { output: report, arm: agent, calls: [], stages: [] })
    const opens = message?.startsWith('The output opens in') ? `${name}, opening` : name
    if (message !== undefined) add(agent, opens, `${from}: ${message}`)
  }
}
for (const [agent, findings] of found) {
  console.log(`\n${agent}: ${recorded.filter((run) => run.agent === agent).length} reports`)
  for (const [name, messages] of [...findings].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${name}: ${messages.length}`)
}
const judged = recorded.filter(({ inventory }) => inventory)
const stating = judged.filter(({ report }) => statementsOf(report, Object.keys(truth.counts)).length > 0)
console.log(
  `\n${stating.length} of the ${judged.length} reports on the whole inventory state a number of it.`,
)
if (values.show !== undefined) {
  const shown = [...found.values()].flatMap((findings) => findings.get(values.show ?? '') ?? [])
  console.log(`\n${shown.join('\n')}`)
}

function add(agent: string, name: string, message: string): void {
  const findings = found.get(agent) ?? found.set(agent, new Map()).get(agent)
  findings?.set(name, [...(findings.get(name) ?? []), message])
}

function readRuns(): Recorded[] {
  const [head, ...lines] = gunzipSync(readFileSync(join(folder, 'workflow_golden.jsonl.gz')))
    .toString()
    .trim()
    .split('\n')
  const { shared } = JSON.parse(head ?? '{}') as { shared: Record<string, unknown> }
  return lines.map((line) => {
    const run = JSON.parse(line) as {
      path: string
      run: number
      agent: string
      report_response: string
      data_summary: string
    }
    const summary = String(shared[run.data_summary])
    return {
      from: `${run.path} run ${run.run}`,
      agent: run.agent,
      report: run.report_response,
      inventory: summary.includes('Total files analyzed: 101'),
    }
  })
}

/** The model's part of a published report: what follows the first rule after the report's own header. */
function readSeeds(): Recorded[] {
  return globSync(join(folder, '..', 'seeds', '*.txt'))
    .sort()
    .map((path) => {
      const whole = readFileSync(path, 'utf8')
      const start = whole.indexOf('\n---\n', whole.indexOf('# Technical Report: ')) + 5
      const end = whole.slice(start).search(/^## (?:Workflow Summary|LLM Call Metrics)/m)
      const agent = `seed ${path.slice(path.lastIndexOf('/') + 1).slice(0, 3)}`
      return {
        from: agent,
        agent,
        report: whole.slice(start, start + end).replace(/\s*---\s*$/, ''),
        inventory: true,
      }
    })
}
