/**
 * Prints how far measurements are from the truth of a scripted server in another process:
 * `node scripts/accuracy.ts [rounds]`. Scripted are a TTFT of 200 ms and 10 ms per token.
 */
import { harnessOverhead } from '../src/llm/index.ts'
import { accuracy, at } from '../test/scripted-ollama/accuracy.ts'

const rounds = Number(process.argv[2] ?? 10)
const row = (...cells: (string | number)[]): string =>
  cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell).padStart(9)).join('')

console.log("difference from the server's own log, ms")
console.log(row('streams', 'metric', 'n', 'p50', 'p90', 'p99', 'max'))
for (const streams of [1, 16]) {
  const found = await accuracy(streams, rounds)
  for (const [metric, values] of Object.entries(found)) {
    console.log(
      row(
        String(streams),
        metric,
        String(values.length),
        at(values, 0.5),
        at(values, 0.9),
        at(values, 0.99),
        at(values, 1),
      ),
    )
  }
}
console.log(`median lag of a chunk on loopback within this process: ${await harnessOverhead()} ms`)
