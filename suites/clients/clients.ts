import type { Agent } from 'vitest-chimera'
import { withOllama } from './ollama.ts'

/** The baseline's trials with the official client, the candidate's with another one. */
export function comparedWith(client: Agent): Agent {
  return (context) => (context.arm.name === 'ollama' ? withOllama(context) : client(context))
}
