import { agentSweep, type Agent } from 'vitest-chimera'

/** One call whose sampling is what the grid varies. */
const explain: Agent = async ({ generate }) => {
  const { response } = await generate({ prompt: 'Explain what a sweep is.', options: { num_predict: 48 } })
  return response
}

/** Four points: how much context a runner has, and how many tokens the sampler sorts. */
agentSweep('sweep', explain, {
  baseline: { name: 'baseline', model: 'gemma3' },
  grid: { num_ctx: [1024, 2048], top_k: [1, 1000] },
  // The fewest that can tell four candidates apart.
  blocks: { min: 7, max: 7 },
})
