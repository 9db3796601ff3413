import { ChimeraError } from '../errors.ts'

/** What goes wrong between Vitest's config, workers and main process. */
export const adapterErrors = {
  pluginMissing: (suite: string): ChimeraError =>
    new ChimeraError(
      'plugin_missing',
      `agentBench "${suite}" ran without its plugin, so nothing was measured. Add chimera() from 'vitest-chimera/plugin' to \`plugins\` in vitest.config.ts.`,
    ),
} as const

/** What cannot be reported, and what it costs. */
export const adapterTexts = {
  unreadable: (): string =>
    'A message from a worker cannot be read, so what it reported is missing. If it came through a blob, create the blob again with this version.',
  badTrial: (faults: readonly string[]): string =>
    `A trial from a worker is invalid and was left out: ${faults.join(' ')} If it came through a blob, create the blob again with this version.`,
  unreportable: (faults: readonly string[]): string =>
    `The suite cannot be reported: ${faults.join(' ')} Its trials are in trials.jsonl; the other suites are not affected.`,
} as const

/** What the plugin says of a config that works, though not as it may have been meant. */
export const pluginTexts = {
  twice: (project: string): string =>
    `chimera() is in \`plugins\` ${project === '' ? 'more than once' : `of project "${project}" more than once`}; the first one counts. Remove the others.`,
  misspelled: (name: string, meant: string): string =>
    `The environment variable ${name} has no effect. Did you mean ${meant}?`,
  otherOutput: (dir: string): string =>
    `A run has one report: it goes to ${dir}, the \`outputDir\` of the first project. Remove \`outputDir\` from the others.`,
} as const

/** What the reporter says on its own behalf. */
export const reporterTexts = {
  stopping: (signal: string): string =>
    `${signal}: stopping after the current calls; results so far will be reported. Press Ctrl-C again to quit immediately.`,
  shard: (index: number, count: number): string =>
    `Shard ${index} of ${count} is done. It gives no verdict: run \`vitest bench --merge-reports\` when all shards are done.`,
  stalled: (arm: string, ms: number): string =>
    `A trial of arm "${arm}" kept its thread busy for more than ${ms} ms without a pause, so its process was ended. Look for an endless loop in the agent and its checks; if the work takes that long, raise \`trialTimeout\` in agentBench.`,
  nothingMeasured: (dir: string): string =>
    `Nothing was measured, so the reports in ${dir} are left as they were: they are of an earlier run.`,
  partlyWritten: (dir: string, files: number): string =>
    `The other ${files} files of this run are in ${dir}.`,
  withoutSummary: (failure: string): string =>
    `${failure} The step summary is a copy of report.md, so its absence does not fail the run.`,
  failedTest: (test: string, file: string, message: string): string =>
    `Test "${test}" in ${file} failed${message === '' ? '' : `: ${message}`}. Vitest therefore exits with an error, regardless of the gate.`,
  unhandled: (message: string): string =>
    `An error outside of any test: ${message}. Vitest therefore exits with an error, regardless of the gate. Await every promise, and handle its rejection.`,
  noRetry: (): string =>
    'agentBench ignores `retry`: a retry would replace a confirmed regression with a luckier run.',
  unloadable: (message: string): string => `could not be loaded: ${message}`,
} as const
