import { team, type Agent } from 'vitest-chimera'

/** What each agent is told to be; it stands at the head of its conversation. */
const personas = {
  collector:
    'You keep the records of a benchmark laboratory. You list what was measured, in which unit and how often, and you never judge.',
  insight:
    'You advise the engineers of a benchmark laboratory. From a few figures you say what stands out and what to try next, in plain words.',
} as const

const figures =
  'decode 96 tok/s over 12 trials; first token 526 ms over 12 trials; prompt 812 tok/s over 6 trials'

/** Gathers: a list of facts, what is missing in it, then an inventory. */
const collector: Agent = async ({ chat, stage }) => {
  const ask = (content: string) => say(chat, personas.collector, content)
  const facts = await stage('collect', () => ask(`List the facts in these figures: ${figures}.`))
  const gaps = await stage('review', () => ask(`Name what is missing here: ${facts.slice(0, 300)}`))
  const report = await stage('report', () => ask(`Sum up as an inventory: ${gaps.slice(0, 300)}`))
  return { report, personas: { collector: personas.collector } }
}

/** Interprets: what stands out, what it may come from, then what to do about it. */
const insight: Agent = async ({ chat, stage }) => {
  const ask = (content: string) => say(chat, personas.insight, content)
  const findings = await stage('analyze', () => ask(`What stands out in these figures? ${figures}.`))
  const causes = await stage('explain', () => ask(`Explain these findings: ${findings.slice(0, 300)}`))
  const report = await stage('report', () => ask(`Recommend next steps from this: ${causes.slice(0, 300)}`))
  return { report, personas: { insight: personas.insight } }
}

async function say(chat: Parameters<Agent>[0]['chat'], persona: string, content: string): Promise<string> {
  const messages = [
    { role: 'system', content: persona },
    { role: 'user', content },
  ]
  return (await chat({ messages, options: { num_predict: 24 } })).message.content
}

/** Both at once, on whatever servers their arm gives them. */
export const pair = team({ collector, insight })

/** Agents that work at once disturb each other: their pace scatters more than that of one, and less of it matters. */
export const thresholds = { output_throughput: 0.15 }

/** Two servers where there are two, as `OLLAMA_HOST_2` says; else both agents share the run's server. */
const second = process.env['OLLAMA_HOST_2']
const insightHost = second === undefined ? {} : { host: second }

/** Both agents with the server's defaults. */
export const baseline = { name: 'baseline', model: 'gemma3', agents: { insight: insightHost } }

const chimeraOptions = { num_gpu: 80, num_ctx: 1024, temperature: 0.6 }
const otherOptions = { num_gpu: 80, num_ctx: 1024, temperature: 0.9, top_k: 20 }

// On one server both agents share a runner, so there the tuned one differs in its sampling alone.
const besideBaseline = second === undefined ? { temperature: 0.6, top_k: 20 } : chimeraOptions

/** The collector as it is, the insight agent tuned. */
export const mixed = {
  ...baseline,
  name: 'mixed',
  agents: { insight: { ...insightHost, options: besideBaseline } },
}
/** Each agent tuned, and differently. */
export const hetero = {
  ...baseline,
  name: 'hetero',
  agents: { collector: { options: chimeraOptions }, insight: { ...insightHost, options: otherOptions } },
}
/** Both agents tuned alike. */
export const homo = {
  ...baseline,
  name: 'homo',
  agents: { collector: { options: chimeraOptions }, insight: { ...insightHost, options: chimeraOptions } },
}
