/**
 * The scripted server as a process: `node test/scripted-ollama/main.ts --script file.json [--port n]`.
 * Its first line of output is its URL. `--script -` reads the script from the first line of standard
 * input and ends with it, so that the server never outlives the process that started it.
 */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { startScriptedOllama } from './server.ts'

const { values } = parseArgs({
  options: { script: { type: 'string' }, port: { type: 'string', default: '0' } },
})

const text =
  values.script === '-' ? await firstLine() : values.script ? await readFile(values.script, 'utf8') : '{}'
const server = await startScriptedOllama(JSON.parse(text), Number(values.port))
console.log(server.url)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  lines.once('close', () => process.exit())
  return new Promise((resolve) => lines.once('line', resolve))
}
