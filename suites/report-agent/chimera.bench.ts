import { agentBench } from 'vitest-chimera'
import { checks } from './checks.ts'
import { baseline, reportAgent } from './report-agent.ts'

agentBench('report-agent', reportAgent, {
  baseline,
  candidate: { name: 'chimera', model: 'gemma3', options: { num_gpu: 80, num_ctx: 1024, temperature: 0.6 } },
  checks,
})
