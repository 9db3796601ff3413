import { ChimeraError, messageOf } from '../errors.ts'

/** What a check found wrong with an output. The quoted pieces are the model's own, made safe by the check. */
export const checkMessages = {
  empty: (): string => 'The output is empty. Check the trial in trials.jsonl and what the agent returns.',
  cut: (call: number, stage: string | null, tokens: number | undefined): string =>
    `Call ${call}${stage === null ? '' : ` (${stage})`} was cut off at its limit${tokens === undefined ? '' : ` of ${tokens} tokens`}. Raise num_predict, or set \`complete({ allowCut: true })\`.`,
  openFence: (): string =>
    'The output ends inside a code block. Raise num_predict, or check why the model stopped.',
  breaksOff: (end: string): string =>
    `The output breaks off inside a sentence: ${end}. Raise num_predict, or check why the model stopped.`,
  repeats: (piece: string, times: number, atEnd: boolean): string =>
    `The output repeats ${piece} ${times} times in a row${atEnd ? ' at its end' : ''}. Raise repeat_penalty or the temperature, or change the prompt.`,
  opensInScript: (script: string, expected: string, opening: string): string =>
    `The output starts in ${script}: Expected ${expected} but received ${opening}. Name the language in the prompt, or lower the temperature.`,
  mixesScript: (script: string, expected: string, word: string, around: string): string =>
    `The output mixes ${script} into ${expected}: ${word} in ${around}. Lower the temperature, or allow the script in \`inScript\`.`,
  otherLanguage: (language: string, expected: string, opening: boolean, piece: string): string =>
    `The output ${opening ? 'starts in' : 'switches to'} ${language}: Expected ${expected} but received ${piece}. Name the language in the prompt, or lower the temperature.`,
  notJson: (detail: string): string =>
    `The output is not JSON (${detail}). Request JSON with \`format\`, and check that the reply was not cut off.`,
  schemaFaults: (faults: readonly string[]): string =>
    `The output does not match the JSON Schema: ${faults.join(' ')} Pass the schema as \`format\` too.`,
  missingSections: (missing: readonly string[], found: readonly string[]): string =>
    `The output has no section ${missing.map((name) => `"${name}"`).join(', ')}; it has ${found.length === 0 ? 'none' : found.slice(0, 12).join(', ')}. Name the sections in the prompt.`,
  emptySections: (names: readonly string[]): string =>
    `The output's section ${names.map((name) => `"${name}"`).join(', ')} is empty. Ask for its content, or raise num_predict.`,
} as const

/** What keeps a check from judging. */
export const checkErrors = {
  detectorMissing: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'detector_missing',
      `inLanguage needs the package eld, which is not installed here (${messageOf(cause)}). Install it with \`npm install -D eld\`.`,
      { cause },
    ),
} as const
