import { agentBench } from 'vitest-chimera'
import { comparedWith } from './clients.ts'
import { withChatOpenAI } from './langchain.ts'
import { baseline, thresholds } from './task.ts'

agentBench('clients', comparedWith(withChatOpenAI), {
  baseline,
  candidate: { ...baseline, name: 'langchain-openai' },
  thresholds,
  blocks: { min: 6, max: 6 },
})
