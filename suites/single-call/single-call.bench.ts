import { agentBench, type Agent } from 'vitest-chimera'

/** One prompt, one call: the smallest suite there is. Copy the folder and put your own prompt in. */
const explain: Agent = async ({ generate }) => {
  const { response } = await generate({
    prompt: 'Explain what a benchmark is.',
    options: { num_predict: 128 },
  })
  return response
}

agentBench('single-call', explain, {
  baseline: { name: 'baseline', model: 'gemma3' },
  candidate: { name: 'cool', model: 'gemma3', options: { temperature: 0.2 } },
})
