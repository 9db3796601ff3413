import { agentBench } from 'vitest-chimera'
import { baseline, mixed, pair, thresholds } from './agents.ts'

agentBench('multi-agent', pair, { baseline, candidate: mixed, thresholds })
