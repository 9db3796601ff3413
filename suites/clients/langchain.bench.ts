import { agentBench } from 'vitest-chimera'
import { comparedWith } from './clients.ts'
import { withChatOllama } from './langchain.ts'
import { baseline, thresholds } from './task.ts'

agentBench('clients', comparedWith(withChatOllama), {
  baseline,
  candidate: { ...baseline, name: 'langchain' },
  thresholds,
  blocks: { min: 6, max: 6 },
})
