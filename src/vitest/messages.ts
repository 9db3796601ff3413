import { ChimeraError, messageOf } from '../errors.ts'

/** What goes wrong between Vitest's config, workers and main process. */
export const adapterErrors = {
  pluginMissing: (suite: string): ChimeraError =>
    new ChimeraError(
      'plugin_missing',
      `agentBench "${suite}" ran without its plugin, so nothing was measured. Add chimera() from 'vitest-chimera/plugin' to \`plugins\` in vitest.config.ts.`,
    ),
  unreadable: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'unreadable_artifact',
      `A message from a worker is not JSON (${messageOf(cause)}). If it came through a blob, create the blob again with this version.`,
      { cause },
    ),
} as const

/** What the reporter says on its own behalf. */
export const reporterTexts = {
  stopping: (signal: string): string =>
    `${signal}: stopping after the current calls; results so far will be reported. Press Ctrl-C again to quit immediately.`,
  shard: (index: number, count: number): string =>
    `Shard ${index} of ${count} is done. It gives no verdict: run \`vitest bench --merge-reports\` when all shards are done.`,
  unloadable: (file: string, message: string): string => `${file} could not be loaded: ${message}`,
} as const
