import { agentBench } from 'vitest-chimera'
import { baseline, hetero, pair } from './agents.ts'

agentBench('multi-agent', pair, { baseline, candidate: hetero })
