/**
 * The proof of the decision: simulates this project's procedure and those of other tools on three kinds of noise,
 * prints one table of false alarms, power and trials, and holds ours to its acceptance table.
 *
 *     node scripts/simulate/main.ts [--runs 4000] [--seed 1] [--docs]
 *
 * noise.ts says how trials scatter; ours.ts and peers/ are the procedures; cells.ts and checks.ts count; jobs.ts spreads
 * the work over all cores. `--docs` puts the tables, with seed and date, into docs/decision.md and draws its pictures.
 * Takes minutes, so it is part of the project's own benchmark, not of its tests. Exits 1 if a line is missed.
 */
import { parseArgs } from 'node:util'
import { acceptance } from './acceptance.ts'
import { runAll } from './jobs.ts'
import { comparisonTable, validityTable } from './table.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '4000' },
    seed: { type: 'string', default: '1' },
    docs: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const seed = Number(values.seed)
const started = performance.now()
const results = await runAll(runs, seed)
const seconds = Math.round((performance.now() - started) / 1000)
const { text, ok } = acceptance(results, runs)
const date = new Date().toISOString().slice(0, 10)
const made = `${runs} runs a cell, seed ${seed}, ${date}, Node ${process.version}`
const printed = `${comparisonTable(results.cells)}\n\n${made}\n\n${text}\n\n\`valid_rate\` by how often the arms fail, 6 to 200 blocks, two other gated metrics that do not change:\n\n${validityTable(results.validity)}\n`
console.log(printed)
console.log(`${seconds} s`)
if (values.docs) {
  const { writeDocs } = await import('./docs.ts')
  await writeDocs(printed, results)
}
process.exitCode = ok ? 0 : 1
