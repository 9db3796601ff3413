import { agentBench } from 'vitest-chimera'
import { comparedWith } from './clients.ts'
import { withLangChain } from './langchain.ts'
import { baseline, thresholds } from './task.ts'

agentBench('clients', comparedWith(withLangChain), {
  baseline,
  candidate: { ...baseline, name: 'langchain' },
  thresholds,
  blocks: { min: 6, max: 6 },
})
