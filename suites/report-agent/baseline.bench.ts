import { agentBench } from 'vitest-chimera'
import { checks } from './checks.ts'
import { baseline, reportAgent } from './report-agent.ts'

/** The baseline against itself: the machine's noise floor. */
agentBench('report-agent', reportAgent, {
  baseline,
  candidate: { ...baseline, name: 'baseline-again' },
  checks,
})
