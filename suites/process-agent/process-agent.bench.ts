import { fileURLToPath } from 'node:url'
import { agentBench, type Agent } from 'vitest-chimera'
import { runProgram } from './run-program.ts'

const program = fileURLToPath(new URL('program.mjs', import.meta.url))

/** An agent that is a program: its model calls are measured by a proxy that `env` leads it to. */
const processAgent: Agent = async ({ env, model, signal }) => {
  const { stdout } = await runProgram(process.execPath, [program, model, 'benchmarks'], {
    env,
    signal,
    timeout: 60_000,
  })
  return stdout
}

/** The options reach the program's calls although it sets none. */
const options = { temperature: 0.8, top_p: 0.9, num_predict: 48 }

agentBench('process-agent', processAgent, {
  baseline: { name: 'baseline', model: 'gemma3', options },
  candidate: { name: 'cool', model: 'gemma3', options: { ...options, temperature: 0.2 } },
  // What the program's start costs is in no call, and its replies are too short to tell their speed apart.
  thresholds: { trial_duration: 0.15, output_throughput: false },
})
