import { agentBench } from 'vitest-chimera'
import { baseline, homo, pair } from './agents.ts'

agentBench('multi-agent', pair, { baseline, candidate: homo })
