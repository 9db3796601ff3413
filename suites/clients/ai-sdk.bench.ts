import { agentBench } from 'vitest-chimera'
import { comparedWith } from './clients.ts'
import { withAiSdk } from './ai-sdk.ts'
import { baseline, thresholds } from './task.ts'

agentBench('clients', comparedWith(withAiSdk), {
  baseline,
  candidate: { ...baseline, name: 'ai-sdk' },
  thresholds,
  blocks: { min: 6, max: 6 },
})
