import { agentBench } from 'vitest-chimera'
import { withOllama } from './ollama.ts'
import { baseline, thresholds } from './task.ts'

/** The official client against itself: the noise floor of the table. */
agentBench('clients', withOllama, {
  baseline,
  candidate: { ...baseline, name: 'ollama-again' },
  thresholds,
  blocks: { min: 6, max: 6 },
})
