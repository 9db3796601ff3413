import { agentBench } from 'vitest-chimera'
import { comparedWith } from './clients.ts'
import { withOpenAI } from './openai.ts'
import { baseline, thresholds } from './task.ts'

agentBench('clients', comparedWith(withOpenAI), {
  baseline,
  candidate: { ...baseline, name: 'openai' },
  thresholds,
  blocks: { min: 6, max: 6 },
})
