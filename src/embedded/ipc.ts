/** What parent and child tell each other. */

/** The child's only argument, as JSON. */
export interface ServerConfig {
  path: string
  /** Tags with their `:tag`. */
  names: readonly string[]
  /** Requests served at once by one runner. */
  parallel: number
}

export type ChildMessage =
  | { type: 'ready'; port: number }
  | { type: 'failed'; reason: 'missing' | 'model'; detail: string }
