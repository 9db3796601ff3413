import type { AttributionPart } from '../schema/generated.ts'

/** What is said of files that could not be written: what happened, and what to do, once for all files of one cause. */
export const storeTexts = {
  unwritable: (files: readonly string[], detail: string, cure: string): string =>
    `Could not write ${files.join(', ')} (${detail}). ${cure}`,
  failed: (files: readonly string[], detail: string): string =>
    `Could not create ${files.join(', ')} (${detail}). This is a fault of vitest-chimera; please report it.`,
} as const

/** What cures a fault of the file system, by its code. */
const CURES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some disk space, or set `outputDir` to a folder on another disk.',
  EDQUOT: 'Free some disk space, or set `outputDir` to a folder on another disk.',
  EACCES: 'Fix the permissions, or set `outputDir` to a writable folder.',
  EPERM: 'Fix the permissions, or set `outputDir` to a writable folder.',
  EROFS: 'The file system is read-only: set `outputDir` to a writable folder.',
  EISDIR: 'A folder has the name of the file: move it, or set another `outputDir`.',
  ENOTDIR: 'A file is where a folder has to be: move it, or set another `outputDir`.',
  EEXIST: 'A file is where a folder has to be: move it, or set another `outputDir`.',
  ELOOP: 'Symbolic links on the way form a loop: remove them, or set another `outputDir`.',
  TOO_LONG: 'It is longer than a text can be: return less from the agent, or run fewer suites at once.',
  ENAMETOOLONG: 'Shorten the names of the suite and its arms, or set `outputDir` to a shorter path.',
}

/** The cure of what the system said. */
export function cureOf(code: string): string {
  return CURES[code] ?? 'Set `outputDir` in the options of the plugin to a writable folder.'
}

const LESS_NOISE = 'Reduce other load on the machine, ask for longer replies, or raise the threshold.'

/** What summary.json says of the next thing to try. */
export const nextTexts = {
  undecided: (): string => 'A gated comparison is undecided.',
  nothing: (): string => 'Nothing to do.',
  again: (): string => 'Run the command again and let it end.',
  moreBlocks: (blocks: number | undefined): string =>
    blocks === undefined
      ? LESS_NOISE
      : blocks > 300
        ? `${LESS_NOISE} A verdict would take about ${blocks} blocks, and at most 300 are allowed.`
        : `Run the command with CHIMERA_BLOCKS_MAX=${blocks} and CHIMERA_TIME_BUDGET=3600000, or on a machine with less other load.`,
  cure: (): string => 'Do what the message of the cause says, then run the command.',
  config: (): string =>
    "Compare the options of the two arms in the bench file, set one at a time to the baseline's value, and run the command.",
  code: (part: AttributionPart['part'] | undefined): string =>
    `${part === undefined ? 'Read the diff of the changed files' : CODE[part]}, then run the command. report.md shows the requests that differ.`,
} as const

const CODE: Readonly<Record<AttributionPart['part'], string>> = {
  calls: 'Find in the changed files why the stage makes more or fewer calls',
  load: 'Find in the changed files what makes the server load the model, such as an option of a call',
  input_tokens: 'Compare the prompts of the stage between base and head',
  prompt_rate:
    'Find in the changed files what makes prompts slower to evaluate, such as an option or a lost cache prefix',
  output_tokens:
    'Find in the changed files why replies have another length, such as the prompt or num_predict',
  decode_rate: 'Find in the changed files what makes decoding slower, such as an option of a call',
  other: 'Find in the changed files what keeps calls waiting, such as calls that now run at once',
  own_code: 'Profile the code of the agent outside its calls',
}
