import type { Options } from 'ollama'

/** What a server speaks. */
export type Api = 'ollama' | 'openai'

/** What a call is made with. */
export interface CallConfig {
  /** The model's tag, as Ollama knows it. */
  model: string
  /** Server of this arm, in any form that OLLAMA_HOST accepts. Default: the run's server. */
  host?: string
  /** What the server speaks, which decides how `generate` and `chat` call it and which options it has. Default: `ollama`. */
  api?: Api
  /** Sent with every request to the server, in place of the client's own; they may hold secrets, and reach no report. */
  headers?: Readonly<Record<string, string>>
  /** Model options sent with every call. Under Ollama's names for either `api`; those that the server does not have are refused. */
  options?: Partial<Options>
  /** How long the model stays loaded. Default: longer than the run. */
  keep_alive?: string | number
  think?: boolean | 'high' | 'medium' | 'low'
  format?: string | object
}

/** One named agent config in a comparison. */
export interface Arm extends CallConfig {
  /** Name in reports: `baseline`, `chimera`, … Unique within a comparison. */
  name: string
  /** Names of environment variables whose values are secrets; they are removed from everything the run writes. */
  secrets?: readonly string[]
  /** For concurrent agents: config of one agent, by name, which overrides the arm's; options are merged. */
  agents?: Readonly<Record<string, Partial<CallConfig>>>
}

/** The config of one of an arm's agents. */
export function agentArm(arm: Arm, agent: string): Arm {
  const own = arm.agents?.[agent]
  return own === undefined ? arm : { ...arm, ...own, options: { ...arm.options, ...own.options } }
}

/** Limits of one call; a call that exceeds one is invalid as `runaway`. */
export interface Bound {
  /** Output tokens. */
  tokens?: number
  /** Request written to the end of the reply, ms. */
  ms?: number
}

/** Whether two names mean the same model: case does not count, `x` is `x:latest`, and the default registry may be left out. */
export function sameName(a: string, b: string): boolean {
  return fullName(a) === fullName(b)
}

/** The same text for names that mean the same model. */
export function fullName(name: string): string {
  const short = name
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^registry\.ollama\.ai\//, '')
    .replace(/^library\//, '')
  return short.slice(short.lastIndexOf('/') + 1).includes(':') ? short : `${short}:latest`
}
