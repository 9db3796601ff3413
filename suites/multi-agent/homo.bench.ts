import { agentBench } from 'vitest-chimera'
import { baseline, homo, pair, thresholds } from './agents.ts'

agentBench('multi-agent', pair, { baseline, candidate: homo, thresholds })
