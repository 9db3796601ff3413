import { ChimeraError, messageOf } from '../errors.ts'

/** Why a file of the older system could not be imported. */
export const importErrors = {
  unreadable: (cause: Error): ChimeraError =>
    new ChimeraError(
      'import_unreadable',
      `It cannot be read (${cause.message}). Check the path and the rights.`,
      { cause },
    ),
  notJson: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'import_not_json',
      `It is not JSON (${messageOf(cause)}). See whether the file is complete.`,
      { cause },
    ),
  unknownShape: (members: readonly string[]): ChimeraError =>
    new ChimeraError(
      'import_shape',
      `It is none of the older files: Expected \`baseline\` and \`chimera\`, \`collector\` and \`insight\`, or \`agent_a\` and \`agent_b\` with their figures but received ${members.length === 0 ? 'something else' : listed(members)}. Give the metrics.json or summary.json of a run.`,
    ),
  noCalls: (): ChimeraError =>
    new ChimeraError(
      'import_no_calls',
      'It holds means only: the build that wrote it (the Python variant, or an early one) did not keep the calls, so nothing can be reproduced or judged. Keep the file as it is, and run the suite again.',
    ),
  field: (path: string, expected: string, received: unknown): ChimeraError =>
    new ChimeraError(
      'import_field',
      `Invalid ${path === '' ? 'file' : path}: Expected ${expected} but received ${received === undefined ? 'nothing' : clipped(JSON.stringify(received))}. See whether the file is complete or was changed by hand.`,
    ),
  file: (path: string, message: string): string => `${path} was not imported. ${message}`,
  noFiles: (): ChimeraError =>
    new ChimeraError(
      'import_no_files',
      'No file to import. Name the metrics.json files, e.g. `vitest-chimera import archive/*/metrics.json`.',
    ),
  badOption: (message: string): ChimeraError =>
    new ChimeraError('import_option', `${message}. See \`vitest-chimera import --help\`.`),
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
    'Imported, not run: the older system kept no prompt_eval_count, done_reason, seed, chunk times, model digest, server version or effective options, so none of them are here, and num_ctx and num_gpu may not have had any effect. Start times are worked back from when the results were written.',
  oneAfterTheOther: (first: string, second: string): string =>
    `All runs of "${first}" came before those of "${second}": whatever changed on the machine in the meantime is part of the difference.`,
  cold: (arm: string, cold: number, calls: number, loads: readonly string[]): string =>
    `${cold} of ${calls} calls of arm "${arm}" loaded the model (${loads.join(', ')}): they are ttft_cold here, and were part of the published mean.`,
  broken: (arm: string, broken: number, calls: number): string =>
    `${broken} of ${calls} calls of arm "${arm}" broke before the final object: they are invalid here, and were published as 0 tok/s.`,
  fewRuns: (runs: number, usable: number, needed: number): string =>
    `${usable} of the ${runs} recorded ${runs === 1 ? 'block' : 'blocks'} ${usable === 1 ? 'has' : 'have'} only valid and warm trials; a verdict takes at least ${needed}. Run the agents again with agentBench.`,
  together: (first: string, second: string): string =>
    `"${first}" and "${second}" ran at the same time and slowed each other, so their difference is no difference between configs. How much was gained by running them together needs trials of each alone, and none were recorded.`,
  serialised: (wall: number, total: number): string =>
    `The two agents ran one after the other: their times add up to ${total.toFixed(1)} s of a wall time of ${wall.toFixed(1)} s. Their throughput is that of an agent alone.`,
  differs: (arm: string, name: string, published: number, reproduced: number): string =>
    `${name} of arm "${arm}" stands in the file as ${published}; from the file's own calls it is ${reproduced}.`,
  summaryOnly: (suite: string): string =>
    `${suite}: a summary without calls, so there is nothing to judge. Import the metrics.json of its runs.`,
} as const
