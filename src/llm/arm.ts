import type { Options } from 'ollama'

/** One named agent config in a comparison. */
export interface Arm {
  /** How reports call it: `baseline`, `chimera`, … Unique within a comparison. */
  name: string
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

/** Limits of one call; past them the call is invalid as `runaway`. */
export interface Bound {
  /** Output tokens. */
  tokens?: number
  /** Request written to the end of the reply, ms. */
  ms?: number
}
