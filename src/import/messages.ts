import { usageError } from '../command.ts'
import { ChimeraError, messageOf } from '../errors.ts'
import { count, quantity } from '../text/index.ts'

/** Why a file of the older system could not be imported. */
export const importErrors = {
  unreadable: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'import_unreadable',
      `It cannot be read (${messageOf(cause)}). Check the path and the permissions.`,
      { cause },
    ),
  notJson: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'import_not_json',
      `It is not JSON (${messageOf(cause)}). Check that the file is complete.`,
      { cause },
    ),
  unknownShape: (members: readonly string[]): ChimeraError =>
    new ChimeraError(
      'import_shape',
      `It is not a file of the older system: Expected \`baseline\` and \`chimera\`, \`collector\` and \`insight\`, or \`agent_a\` and \`agent_b\` with their figures but received ${members.length === 0 ? 'something else' : listed(members)}. Give the metrics.json or summary.json of a run.`,
    ),
  noCalls: (): ChimeraError =>
    new ChimeraError(
      'import_no_calls',
      'It contains only means: the build that wrote it (the Python variant, or an early one) did not record the calls, so nothing can be reproduced or compared. Keep the file, and run the suite again.',
    ),
  field: (path: string, expected: string, received: unknown): ChimeraError =>
    new ChimeraError(
      'import_field',
      `Invalid ${path === '' ? 'file' : path}: Expected ${expected} but received ${received === undefined ? 'nothing' : clipped(JSON.stringify(received))}. Check whether the file is complete or was edited by hand.`,
    ),
  file: (path: string, message: string): string => `${path} was not imported. ${message}`,
  noFiles: (): ChimeraError =>
    new ChimeraError(
      'import_no_files',
      'No file to import. Pass the metrics.json files, e.g. `vitest-chimera import archive/*/metrics.json`.',
    ),
  usage: (detail: string): ChimeraError => usageError('import', detail),
} as const

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => clipped(JSON.stringify(name)))
  return `${shown.join(', ')}${names.length > 8 ? ', …' : ''}`
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What a reader of imported figures has to know. */
export const importTexts = {
  notRecorded: (): string =>
    'Imported, not run: the older system kept no prompt_eval_count, done_reason, seed, chunk times, model digest, server version or effective options, so they are absent here, and num_ctx and num_gpu may have had no effect. Start times are estimated from the time the results were written.',
  oneAfterTheOther: (first: string, second: string): string =>
    `All runs of "${first}" came before those of "${second}": any change of the machine between them is part of the difference.`,
  cold: (arm: string, cold: number, calls: number, loads: readonly string[]): string =>
    `${cold} of ${calls} calls of arm "${arm}" loaded the model (${loads.join(', ')}): here they count as ttft_cold; the published mean includes them.`,
  broken: (arm: string, broken: number, calls: number): string =>
    `${broken} of ${calls} calls of arm "${arm}" ended before the final object: here they are invalid; they were published as 0 tok/s.`,
  fewRuns: (runs: number, usable: number, needed: number): string =>
    `${usable} of ${count(runs, 'recorded block')} ${usable === 1 ? 'has' : 'have'} only valid and warm trials; a verdict takes at least ${needed}. Run the agents again with agentBench.`,
  together: (first: string, second: string): string =>
    `"${first}" and "${second}" ran at the same time and slowed each other down, so their difference does not compare their configs. Measuring the gain of running them together takes trials of each alone, which were not recorded.`,
  serialized: (wall: number, total: number): string =>
    `The two agents ran one after the other: their times add up to ${quantity(total * 1000, 'ms')} of a wall time of ${quantity(wall * 1000, 'ms')}. Their throughput is that of an agent alone.`,
  differs: (arm: string, name: string, published: number, reproduced: number): string =>
    `${name} of arm "${arm}" is ${published} in the file, but the file's calls give ${reproduced}.`,
  summaryOnly: (): string =>
    `a summary without calls, so there is nothing to compare. Import the metrics.json of its runs.`,
} as const
