/** What doctor says: what was found, and what to do. */
import { usageError } from '../command.ts'
import type { ChimeraError } from '../errors.ts'
import { count, oneLine } from '../text/index.ts'

/** One thing that was looked at. */
export interface Finding {
  mark: 'ok' | 'warn' | 'fail'
  /** What was found; of an error its whole message, which names the cure. */
  what: string
  /** What to do, unless it is in the message. */
  cure?: string
}

export const doctorErrors = {
  usage: (detail: string): ChimeraError => usageError('doctor', detail),
} as const

export const doctorTexts = {
  otherVersion: (name: string, range: string): string => `Install ${name} ${range}.`,
  noSettings: (): string => 'No CHIMERA_ variable is set',
  settings: (names: readonly string[]): string => `Variables: ${names.toSorted().join(', ')}`,
  base: (sha: string, ref: string): string =>
    `Code comparison with ${sha.slice(0, 8)}, where HEAD branched off from ${oneLine(ref)}`,
  token: (name: string): string => `${name} is set; what it may write is known only when it is used`,
  githubToken: (): string =>
    'To publish a comment or a check, set `GITHUB_TOKEN: ${{ github.token }}` in the step, with `pull-requests: write` and `checks: write`.',
  gitlabToken: (): string =>
    'To publish a comment, set GITLAB_TOKEN to a project access token with the scope api.',
  configCure: (): string => 'Fix the Vitest config; `npx vitest bench` shows the same error.',
  plugin: (): string => 'The plugin is in the Vitest config, and its options are valid',
  noPlugin: (): string => 'The Vitest config does not have the plugin.',
  pluginCure: (): string => 'Run `npx vitest-chimera init`.',
  files: (files: number): string => count(files, 'bench file'),
  noFiles: (): string => 'There is no bench file.',
  filesCure: (): string => 'Run `npx vitest-chimera init`, or see "Your first suite" in the README.',
  server: (kind: string): string =>
    ({ embedded: 'The embedded engine', openai: 'A server that speaks the protocol of OpenAI' })[kind] ??
    'Ollama',
  reachable: (name: string, host: string): string => `${oneLine(name)} answers at ${oneLine(host)}`,
  openAi: (): string => 'The server of the run is not Ollama.',
  openAiCure: (): string =>
    "Set the arm's `api` to 'openai', or OLLAMA_HOST to the address of an Ollama server.",
  noModels: (): string => 'No model was checked: there is no report that names one.',
  modelsCure: (): string => 'Name the models of your arms with `--model <name>`.',
  model: (model: string, details: readonly string[]): string =>
    `Model ${oneLine(model)}${details.length === 0 ? '' : ` (${oneLine(details.join(', '))})`}`,
  jitter: (jitter: number): string =>
    `The same work takes up to ${(jitter * 100).toFixed(1)} % longer (95th percentile of 200 rounds against the median)`,
  load: (load: number, processors: number): string =>
    `Load average ${load.toFixed(1)} on ${count(processors, 'processor')}`,
  noiseCure: (): string =>
    'Stop other work on this machine, or use a dedicated runner; noise makes verdicts take more blocks.',
  notThrottled: (): string => 'No CPU limit held this process up',
  throttled: (periods: number): string =>
    `The CPU limit of the container held this process up in ${count(periods, 'period')}.`,
  throttleCure: (): string => 'Raise or remove the CPU limit of the container.',
  summary: (failed: number): string =>
    failed === 0 ? '\nNothing fails.' : `\n${count(failed, 'check')} ${failed === 1 ? 'fails' : 'fail'}.`,
} as const
