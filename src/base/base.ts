/** Two trees of one repository. Plain data: it goes to the workers as it is. */
export interface Base {
  /** As it was asked for or found. */
  ref: string
  /** The merge base of the ref and HEAD. */
  sha: string
  head: { sha: string; dirty: boolean }
  /** Head's top level. */
  top: string
  /** Vitest's root relative to the top level, with forward slashes; empty where they are one. */
  place: string
  /** Base's top level. */
  tree: string
  /** Where base's packages come from: head's own, or an install. */
  dependencies: 'linked' | 'installed'
}
