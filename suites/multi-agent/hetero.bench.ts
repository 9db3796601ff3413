import { agentBench } from 'vitest-chimera'
import { baseline, hetero, pair, thresholds } from './agents.ts'

agentBench('multi-agent', pair, { baseline, candidate: hetero, thresholds })
