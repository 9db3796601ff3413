/** What every client is asked to do: look figures up with two tools, then sum them up. */

export const system = 'You review the runs of a benchmark. You call tools for figures and never guess one.'
export const prompt = 'Did the last run get slower? Look it up, then answer in a few sentences.'

/** Replies are short, so that what a client adds is not lost in them. */
const options = { temperature: 0.6, top_p: 0.9, num_predict: 48 }

/** The official client, which the others are compared with. */
export const baseline = { name: 'ollama', model: 'gemma3', options }

/** A client may double a trial, but neither call the model more often nor send more. */
export const thresholds = {
  trial_duration: { relative: 1, floor: 500, gated: true },
  calls: true,
  input_tokens: true,
  output_throughput: false,
  ttft: false,
} as const

/** In the form that the protocols of Ollama and OpenAI share. */
export const tools = [
  tool('read_metric', 'The figures of one metric of a run.', {
    metric: { type: 'string', description: 'Its name.' },
  }),
  tool('list_changes', 'What changed before a run.', {
    run: { type: 'integer', description: 'Its number.' },
  }),
]

/** What a tool returns, as text. */
export function runTool(name: string): string {
  return name === 'read_metric'
    ? '{"metric":"ttft","unit":"ms","before":31.5,"after":32.1}'
    : '{"changes":["a longer system prompt"]}'
}

interface Property {
  type: 'string' | 'integer'
  description: string
}

function tool(name: string, description: string, properties: Record<string, Property>) {
  const parameters = { type: 'object' as const, properties, required: Object.keys(properties) }
  return { type: 'function' as const, function: { name, description, parameters } }
}
