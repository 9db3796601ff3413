import type { Options } from 'ollama'

/** What a call is made with. */
export interface CallConfig {
  /** The model's tag, as Ollama knows it. */
  model: string
  /** Server of this arm, in any form OLLAMA_HOST may have; unset means the run's server. */
  host?: string
  /** Model options sent with every call. Names the server does not know are refused. */
  options?: Partial<Options>
  /** How long the model stays loaded; unset means longer than the run. */
  keep_alive?: string | number
  think?: boolean | 'high' | 'medium' | 'low'
  format?: string | object
}

/** One named agent config in a comparison. */
export interface Arm extends CallConfig {
  /** How reports call it: `baseline`, `chimera`, … Unique within a comparison. */
  name: string
  /** Where several agents work at once, what one of them has instead of the arm's own config; options are merged. */
  agents?: Readonly<Record<string, Partial<CallConfig>>>
}

/** The config of one of an arm's agents. */
export function agentArm(arm: Arm, agent: string): Arm {
  const own = arm.agents?.[agent]
  return own === undefined ? arm : { ...arm, ...own, options: { ...arm.options, ...own.options } }
}

/** Limits of one call; past them the call is invalid as `runaway`. */
export interface Bound {
  /** Output tokens. */
  tokens?: number
  /** Request written to the end of the reply, ms. */
  ms?: number
}
