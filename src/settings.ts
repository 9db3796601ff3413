import type { BlocksInput, ThresholdInput } from './run/agent.ts'

/** What the config says to every worker; crosses to it through Vitest's provide and inject, so it is plain data. */
export interface ProvidedSettings {
  /** The run's server, resolved. */
  host: string
  thresholds: Record<string, ThresholdInput>
  blocks: BlocksInput
  /** Where the config still uses an option's old name. */
  renamed: readonly string[]
  /** Whether this run is one shard of several: it measures, and the merge judges. */
  shard: boolean
}

declare module 'vitest' {
  interface ProvidedContext {
    chimera: ProvidedSettings
  }
}
