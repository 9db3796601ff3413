/**
 * Every failure a user can meet, in one grammar: what happened, where, what to do.
 * Callers never write such a sentence themselves; they name the failure and hand over the facts.
 */

import { change, count, quantity, share, threshold } from './text/numbers.ts'

/** An error whose message is complete: shown as it is, without a stack. */
export class ChimeraError extends Error {
  override name = 'ChimeraError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Why a call failed and what cures it; `detail` is the server's or the system's own text. */
export const callMessages = {
  unreachable: (host: string, detail: string): string =>
    `No model server answers at ${host} (${detail}). Start it with \`ollama serve\`, or set OLLAMA_HOST to where it listens.`,
  model_missing: (model: string, host: string, detail: string): string =>
    `The server at ${host} has no model "${model}" (${detail}). Get it with \`ollama pull ${model}\`.`,
  busy: (host: string, detail: string): string =>
    `The server at ${host} refused the call because its queue is full (${detail}). Run fewer agents at once, or raise OLLAMA_MAX_QUEUE.`,
  http_error: (host: string, status: number, detail: string): string =>
    `The server at ${host} answered with status ${status} (${detail}). See the server's log.`,
  stream_error: (detail: string): string =>
    `The server broke the reply off with an error: ${detail}. See the server's log.`,
  no_done: (detail: string): string =>
    `The stream ended without its final object${detail}. Ollama does this after more than 30 identical pieces: raise repeat_penalty or the temperature, or change the prompt.`,
  truncated_stream: (detail: string): string =>
    `The connection broke in the middle of the reply (${detail}). See whether the server crashed or ran out of memory.`,
  no_tokens: (detail: string): string =>
    `The server finished without a token of output (${detail}). Check the prompt and the model's template.`,
  timeout_first_byte: (ms: number): string =>
    `No byte of the reply came within ${ms} ms. Raise \`timeout\` in agentBench if the model takes longer to load.`,
  timeout_stall: (ms: number): string =>
    `The reply stood still for more than ${ms} ms. Raise \`timeout\` in agentBench if such pauses are normal here.`,
  runaway_tokens: (tokens: number): string =>
    `The reply went past the bound of ${tokens} tokens. Set num_predict, or raise \`bound.tokens\`.`,
  runaway_ms: (ms: number): string =>
    `The call went past the bound of ${ms} ms. Set num_predict, or raise \`bound.ms\`.`,
  context_overflow: (used: number, numCtx: number): string =>
    `Prompt and reply took ${used} tokens of a context of ${numCtx}: the server silently dropped part of the prompt. Raise num_ctx or shorten the prompt.`,
  interrupted: (): string => 'The run was interrupted while the call was under way.',
  aborted: (): string =>
    'The agent aborted the call before the reply was complete. Read the stream to its end, or set num_predict to bound it.',
  abandoned: (): string =>
    'The agent returned before the reply was complete, so the call was aborted. Read the stream to its end, or await the call.',
} as const

/** What is wrong with an arm before any call is made. */
export const llmErrors = {
  badHost: (value: string): ChimeraError =>
    new ChimeraError(
      'host',
      `Invalid host "${value}": Expected the address of a model server in OLLAMA_HOST or in an arm's \`host\`. Give host, host:port or an http(s) URL, e.g. 127.0.0.1:11434.`,
    ),
  unknownOption: (name: string, where: string, nearest: string): ChimeraError =>
    new ChimeraError(
      'unknown_option',
      `Unknown option "${name}" of ${where}: Ollama would ignore it silently. The nearest name it knows is "${nearest}".`,
    ),
} as const

/** Faults of data against the JSON Schemas. */
export const schemaErrors = {
  badSchema: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'bad_schema',
      `The JSON Schema is itself invalid: ${text(cause)}. Correct it against draft 2020-12.`,
      { cause },
    ),
  invalid: (what: string, where: string, faults: readonly string[]): ChimeraError =>
    new ChimeraError(
      `invalid_${what}`,
      `Invalid ${what} from ${where}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nIt was written by another version or changed by hand: make it again with this version.`,
    ),
} as const

/** Faults of a suite's definition, found before any call is made. */
export const suiteErrors = {
  pluginMissing: (suite: string): ChimeraError =>
    new ChimeraError(
      'plugin_missing',
      `agentBench "${suite}" ran without its plugin, so nothing was measured. Add chimera() from 'vitest-chimera/plugin' to \`plugins\` in vitest.config.ts.`,
    ),
  badName: (what: string, value: unknown): ChimeraError =>
    new ChimeraError(
      'bad_name',
      `Invalid ${what}: Expected a non-empty string but received ${JSON.stringify(value)}. Give it a name in agentBench.`,
    ),
  badArm: (suite: string, role: string, problem: string): ChimeraError =>
    new ChimeraError('bad_arm', `Invalid ${role} of suite "${suite}": ${problem}.`),
  sameArms: (suite: string, name: string): ChimeraError =>
    new ChimeraError(
      'same_arms',
      `Both arms of suite "${suite}" are called "${name}". Give the candidate a name of its own, e.g. "${name}-again".`,
    ),
  badBlocks: (source: string, received: string): ChimeraError =>
    new ChimeraError(
      'bad_blocks',
      `Invalid ${source}: Expected whole numbers 1 <= min <= max <= 300 but received ${received}. Correct it, e.g. \`blocks: { min: 6, max: 20 }\`.`,
    ),
  badThreshold: (suite: string, metric: string, problem: string): ChimeraError =>
    new ChimeraError('bad_threshold', `Invalid threshold "${metric}" of suite "${suite}": ${problem}.`),
  badNumber: (suite: string, name: string, received: unknown): ChimeraError =>
    new ChimeraError(
      'bad_option',
      `Invalid \`${name}\` of suite "${suite}": Expected a positive number but received ${String(received)}. Correct it in agentBench.`,
    ),
  badEnvironment: (name: string, expected: string, received: string): ChimeraError =>
    new ChimeraError(
      'bad_environment',
      `Invalid ${name}: Expected ${expected} but received ${JSON.stringify(received)}. Correct the variable or unset it.`,
    ),
  notComparable: (suite: string, differences: readonly string[], flag: string): ChimeraError =>
    new ChimeraError(
      'not_comparable',
      `The arms of suite "${suite}" are not comparable: ${differences.join('; ')}. If that is what you want to compare, say \`compare: '${flag}'\` in agentBench.`,
    ),
} as const

/** Faults of a sweep's definition, found before any call is made. */
export const sweepErrors = {
  empty: (suite: string): ChimeraError =>
    new ChimeraError(
      'bad_sweep',
      `Sweep "${suite}" has no candidate: Expected a \`grid\` of options or a list of \`candidates\`. Give one, e.g. \`grid: { temperature: [0.6, 0.8] }\`.`,
    ),
  badGrid: (suite: string, problem: string): ChimeraError =>
    new ChimeraError(
      'bad_grid',
      `Invalid grid of sweep "${suite}": ${problem}. Give every axis a list of different values, e.g. \`num_ctx: [2048, 4096]\`.`,
    ),
  sameName: (suite: string, name: string): ChimeraError =>
    new ChimeraError(
      'same_arms',
      `Two arms of sweep "${suite}" are called "${name}". Give each candidate a name of its own.`,
    ),
  badRankBy: (suite: string, received: unknown, known: readonly string[]): ChimeraError =>
    new ChimeraError(
      'bad_rank_by',
      `Invalid \`rankBy\` of sweep "${suite}": Expected a metric with an interval but received ${JSON.stringify(received)}. Known are ${known.join(', ')}.`,
    ),
  badHalving: (suite: string, problem: string): ChimeraError =>
    new ChimeraError(
      'bad_halving',
      `Invalid \`halving\` of sweep "${suite}": ${problem}. Say \`halving: true\`, or e.g. \`halving: { keep: 0.5, budget: 300 }\`.`,
    ),
} as const

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** What makes a trial invalid beside its calls and checks. */
export const runErrors = {
  agentThrew: (error: unknown): ChimeraError =>
    new ChimeraError(
      'agent_error',
      `The agent threw: ${text(error)}. Mend the agent, or catch what it can live with.`,
      { cause: error },
    ),
  agentIgnoredAbort: (ms: number): ChimeraError =>
    new ChimeraError(
      'agent_ignored_abort',
      `The agent went on for ${ms} ms after its signal was aborted. Pass \`signal\` on to whatever it waits for.`,
    ),
  noCalls: (): ChimeraError =>
    new ChimeraError(
      'no_calls',
      'The agent made no model call, so there is nothing to measure. Use `generate`, `chat` or `ollama` of its context.',
    ),
  interrupted: (): ChimeraError =>
    new ChimeraError('interrupted', 'The run was interrupted during this trial.'),
} as const

/** Faults on the way from worker to reporter. */
export const artifactErrors = {
  unreadable: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'unreadable_artifact',
      `A message from a worker is not JSON (${text(cause)}). If it came through a blob, make the blob again with this version.`,
      { cause },
    ),
} as const

/** Faults while reports are written. */
export const reportErrors = {
  unwritable: (dir: string, cause: Error): ChimeraError =>
    new ChimeraError(
      'report_unwritable',
      `The reports could not be written to ${dir} (${cause.message}). Free the place or the rights, or set \`outputDir\` in the plugin's options to a folder that can be written.`,
      { cause },
    ),
} as const

/** What the gate says. */
export const gateTexts = {
  noValidTrial: (
    suite: string,
    arm: string,
    trials: number,
    reasons: readonly string[],
    message: string,
  ): string =>
    `${suite}: arm "${arm}" has no valid trial (${trials} of ${trials} ${reasons.join(', ')}). ${message}`,
  unusable: (suite: string, message: string): string => `${suite}: nothing usable was measured. ${message}`,
  noBlock: (suite: string): string =>
    `${suite}: nothing usable was measured. In every block at least one trial was invalid or unexpectedly cold; see the arms' invalid trials for the reasons.`,
  interrupted: (suite: string): string => `${suite}: interrupted before its verdict. Run it again.`,
  runInterrupted: (): string =>
    'The run was interrupted. What was measured is in the reports; run it again for a verdict.',
  nothingRan: (): string =>
    'No agentBench ran, so nothing was measured. Check the filter and that bench files match suites/**/*.bench.ts.',
  nothingGated: (suite: string, absences: readonly (Absence & { metric: string })[]): string =>
    `${suite}: none of the gated metrics could be measured. ${absences.map((one) => `${one.metric}: ${absent(one.metric, one)} `).join('')}You can also gate another metric through \`thresholds\`.`,
  verdict: (suite: string, comparison: Verdicted): string => {
    const { metric, stage, verdict, blocks, difference } = comparison
    const what = `${suite}: ${metric}${stage === null ? '' : ` in stage ${stage}`} ${verdict}`
    if (difference !== undefined) {
      const [before, after] = [comparison.baseline_value, comparison.candidate_value].map((rate) =>
        quantity(rate, 'fraction'),
      )
      return `${what}: ${comparison.candidate} ${after} of trials valid against ${comparison.baseline} ${before}: ${change(comparison)}, threshold ${threshold(comparison)}.`
    }
    const needed =
      comparison.blocks_needed === undefined
        ? ''
        : `; about ${comparison.blocks_needed} blocks would decide it`
    return `${what}: ${comparison.candidate} against ${comparison.baseline} ${comparison.ratio === undefined ? 'not measured' : change(comparison)} over ${count(blocks, 'block')}, threshold ${threshold(comparison)}${needed}.`
  },
} as const

interface Absence {
  reason: 'not_streamed' | 'all_cold' | 'all_warm' | 'short' | 'one_chunk' | 'none'
  arm?: string
}

/** Why a metric has no value, and the cure. */
function absent(metric: string, { reason, arm }: Absence): string {
  const of = arm === undefined ? '' : ` of arm "${arm}"`
  const texts: Readonly<Record<Absence['reason'], string>> = {
    not_streamed: `no call${of} is streamed. Stream the calls.`,
    all_cold: `every call${of} loaded the model, and ${metric} counts warm calls. Set a longer \`keep_alive\`, or gate ttft_cold.`,
    all_warm: `no call${of} loaded the model. Set \`keep_alive: 0\`, or gate ttft.`,
    short: `every reply${of} has fewer than 16 tokens. Raise num_predict, or ask for longer replies.`,
    one_chunk: `every reply${of} came in one chunk. Ask for longer replies, or use a server that streams token by token.`,
    none: 'no block has a value of both arms.',
  }
  return texts[reason]
}

interface Verdicted {
  metric: string
  stage: string | null
  verdict: string
  baseline: string
  candidate: string
  ratio?: number
  interval?: number[]
  baseline_value?: number
  candidate_value?: number
  blocks: number
  threshold: number
  floor?: number
  unit: string
  blocks_needed?: number
  difference?: number
  difference_interval?: number[]
}

/** What a reader has to know before trusting a comparison. */
export const warningTexts = {
  numCtxClamped: (arm: string, asked: number, got: number): string =>
    `num_ctx ${asked} of arm "${arm}" had no effect: the server runs the model with ${got}. Ask for what it can do, or leave the option out.`,
  numGpuBeyond: (arm: string, asked: number, layers: number): string =>
    `num_gpu ${asked} of arm "${arm}" is beyond the model's ${layers} layers: every value from ${layers} up is the same.`,
  noGpu: (arm: string, asked: number): string =>
    `num_gpu ${asked} of arm "${arm}" had no effect: the server has put no layer on a GPU.`,
  partialOffload: (arm: string, fraction: number): string =>
    `Only ${share(fraction)} of arm "${arm}"'s model is in video memory; the rest runs on the CPU.`,
  identicalArms: (baseline: string, candidate: string): string =>
    `The effective configs of "${baseline}" and "${candidate}" are identical: their options ask for different things, but the server does the same for both.`,
  outOfReach: (
    {
      metric,
      threshold,
      scale,
      blocks,
    }: { metric: string; threshold: number; scale: number; blocks: number },
    max: number,
  ): string =>
    `A threshold of ${share(threshold)} of ${metric} is out of reach on this machine: blocks scatter by ${share(scale)}, so it would take about ${blocks} blocks and ${max} are allowed. Raise \`blocks.max\` or the threshold, let the agent's replies be longer, or quieten the machine.`,
  renamedOption: (old: string, name: string, where: string): string =>
    `\`${old}\` in ${where} is now called \`${name}\`. The old name still works; use the new one.`,
  timeBudget: (ms: number, blocks: number): string =>
    `The time budget of ${ms} ms ended the suite after ${blocks} blocks. Raise \`timeBudget\` or CHIMERA_TIME_BUDGET for a verdict.`,
  timeBudgetTooSmall: (ms: number, needed: number, blocks: number): string =>
    `The time budget of ${ms} ms is too small to decide anything: ${blocks} blocks, the fewest for a verdict, take about ${needed} ms. Raise \`timeBudget\` or CHIMERA_TIME_BUDGET.`,
  tooFewBlocks: (max: number, needed: number): string =>
    `At most ${max} blocks can decide nothing: a verdict takes at least ${needed}. Raise \`blocks.max\` or CHIMERA_BLOCKS_MAX.`,
  requeued: (count: number): string =>
    `${count} ${count === 1 ? 'block was' : 'blocks were'} run again because a trial was invalid or unexpectedly cold.`,
  cacheHit: (arm: string, hits: number, calls: number): string =>
    `${hits} of ${calls} calls of arm "${arm}" found their prompt in the server's cache: their ttft is that of the cache, and prompt_throughput is not measured. Leave \`nonce\` on, or let the calls of a trial share less of their prompts.`,
  reportedDiffers: (arm: string, reported: number, arrives: number): string =>
    `The server reports ${reported.toFixed(1)} tok/s for arm "${arm}", but ${arrives.toFixed(1)} tok/s arrive. output_throughput is what arrives at the socket; reported_throughput is the server's own figure, which may leave work out (Ollama 0.12.5 to 0.24 leaves out sampling).`,
  reportedGated: (suite: string): string =>
    `Nothing in ${suite} is streamed, so output_throughput cannot be measured and reported_throughput, the server's own figure, is gated in its place. Stream the calls to gate what arrives.`,
  agentsReload: (arm: string, model: string, host: string): string =>
    `Agents of arm "${arm}" run ${model} at ${host} with different runner options: whenever they take turns the server reloads the model. Give them one server each, or the same num_ctx, num_gpu, num_batch and num_thread.`,
  unloadFailed: (host: string, model: string): string =>
    `The server at ${host} did not unload ${model}: its runner may still have the options of another arm. Stop whoever else uses the model.`,
  metricAbsent: (metric: string, absence: Absence): string =>
    `${metric} is gated but could not be measured: ${absent(metric, absence)} The other metrics judge.`,
} as const

/** Why the embedded engine does not run, and what to do. */
export const engineErrors = {
  missing: (detail: string): ChimeraError =>
    new ChimeraError(
      'engine_missing',
      `The embedded engine needs node-llama-cpp, which is not installed here (${detail}). Install it with \`npm install -D node-llama-cpp\`.`,
    ),
  no_model: (path: string): ChimeraError =>
    new ChimeraError(
      'engine_no_model',
      `The embedded engine found no model file at ${path}. Give \`model\` the path of a GGUF file, or leave it out for the tiny model.`,
    ),
  not_built: (path: string): ChimeraError =>
    new ChimeraError(
      'engine_no_model',
      `The embedded engine's own model is missing at ${path}. In a checkout of vitest-chimera, run \`npm run build\`; anywhere else, install the package again.`,
    ),
  bad_model: (path: string, detail: string): ChimeraError =>
    new ChimeraError(
      'engine_bad_model',
      `The embedded engine could not load ${path} (${detail}). See that it is a complete GGUF file that llama.cpp can run.`,
    ),
  died_early: (path: string, how: string, log: string): ChimeraError =>
    new ChimeraError(
      'engine_died',
      `The embedded engine ended (${how}) while loading ${path}.${log} See that the file is a complete GGUF that llama.cpp can run and that it fits into memory.`,
    ),
  died: (url: string, how: string, log: string): ChimeraError =>
    new ChimeraError(
      'engine_died',
      `The embedded engine at ${url} ended (${how}) in the middle of the run; calls to it are refused from here on.${log} Run again; if it ends again, try a smaller num_ctx.`,
    ),
} as const

/** What the reporter says on its own behalf. */
export const reporterTexts = {
  stopping: (signal: string): string =>
    `${signal}: stopping after the calls under way; what was measured goes into the reports. Again to end at once.`,
  shard: (index: number, count: number): string =>
    `Shard ${index} of ${count} has measured. It judges nothing: \`vitest bench --merge-reports\` does, once all shards are there.`,
  unloadable: (file: string, message: string): string => `${file} could not be loaded: ${message}`,
} as const

/** What a check found wrong with an output. The quoted pieces are the model's own, made safe by the check. */
export const checkMessages = {
  empty: (): string => 'The output is empty. See the trial in trials.jsonl, and what the agent returns.',
  cut: (call: number, stage: string | null, tokens: number | undefined): string =>
    `Call ${call}${stage === null ? '' : ` (${stage})`} was cut by its limit${tokens === undefined ? '' : ` of ${tokens} tokens`}. Raise num_predict, or say \`complete({ allowCut: true })\`.`,
  openFence: (): string =>
    'The output ends inside a code block. Raise num_predict, or see why the model stopped.',
  breaksOff: (end: string): string =>
    `The output breaks off inside a sentence: ${end}. Raise num_predict, or see why the model stopped.`,
  repeats: (piece: string, times: number, atEnd: boolean): string =>
    `The output repeats ${piece} ${times} times in a row${atEnd ? ' at its end' : ''}. Raise repeat_penalty or the temperature, or change the prompt.`,
  opensInScript: (script: string, expected: string, opening: string): string =>
    `The output opens in ${script}: Expected ${expected} but received ${opening}. Name the language in the prompt, or lower the temperature.`,
  mixesScript: (script: string, expected: string, word: string, around: string): string =>
    `The output mixes ${script} into ${expected}: ${word} in ${around}. Lower the temperature, or allow the script in \`inScript\`.`,
  otherLanguage: (language: string, expected: string, opening: boolean, piece: string): string =>
    `The output ${opening ? 'opens in' : 'falls into'} ${language}: Expected ${expected} but received ${piece}. Name the language in the prompt, or lower the temperature.`,
  notJson: (detail: string): string =>
    `The output is not JSON (${detail}). Ask for JSON with \`format\`, and see that the reply was not cut.`,
  schemaFaults: (faults: readonly string[]): string =>
    `The output does not fit the JSON Schema: ${faults.join(' ')} Pass the schema as \`format\` too.`,
  missingSections: (missing: readonly string[], found: readonly string[]): string =>
    `The output has no section ${missing.map((name) => `"${name}"`).join(', ')}; it has ${found.length === 0 ? 'none at all' : found.slice(0, 12).join(', ')}. Ask for the sections by name.`,
  emptySections: (names: readonly string[]): string =>
    `The output's section ${names.map((name) => `"${name}"`).join(', ')} is empty. Ask for its content, or raise num_predict.`,
} as const

/** What keeps a check from judging. */
export const checkErrors = {
  detectorMissing: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'detector_missing',
      `inLanguage needs the package eld, which is not installed here (${text(cause)}). Install it with \`npm install -D eld\`.`,
      { cause },
    ),
} as const

/** What keeps stored reports from being compared. */
export const compareErrors = {
  usage: (problem: string): ChimeraError =>
    new ChimeraError(
      'compare_usage',
      `${problem.replace(/\.?$/, '.')} See \`vitest-chimera compare --help\`.`,
    ),
  missing: (path: string): ChimeraError =>
    new ChimeraError(
      'compare_missing',
      `There is no report at ${path}. Run \`npx vitest bench\` to make one and keep its reports/report.json, or correct the path.`,
    ),
  unreadable: (path: string, cause: Error): ChimeraError =>
    new ChimeraError(
      'compare_unreadable',
      `The report at ${path} could not be read (${cause.message}). Give the path of a report.json that can be read, or of its folder.`,
      { cause },
    ),
  notJson: (path: string, cause: unknown): ChimeraError =>
    new ChimeraError(
      'compare_not_json',
      `The report at ${path} is not JSON (${text(cause)}). Give the path of a report.json, whole and unchanged.`,
      { cause },
    ),
  otherVersion: (path: string, expected: number, received: unknown): ChimeraError =>
    new ChimeraError(
      'compare_version',
      `The report at ${path} has another schema_version: Expected ${expected} but received ${JSON.stringify(received) ?? 'none'}. Make it again with this version, or compare with the version of vitest-chimera that wrote it.`,
    ),
  notComparable: (differences: readonly string[], flags: readonly string[]): ChimeraError =>
    new ChimeraError(
      'not_comparable',
      `The reports are not comparable:\n${differences.map((one) => `  - ${one}`).join('\n')}\nIf that is what you want to compare, say ${flags.map((flag) => `\`--compare ${flag}\``).join(' and ')}.`,
    ),
  outIsInput: (path: string): ChimeraError =>
    new ChimeraError(
      'compare_out',
      `--out ${path} is one of the reports to be compared. Give it another path.`,
    ),
  unwritable: (path: string, cause: Error): ChimeraError =>
    new ChimeraError(
      'compare_unwritable',
      `The comparison could not be written to ${path} (${cause.message}). Free the place or the rights, or give --out another path.`,
      { cause },
    ),
} as const

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
      `It is not JSON (${text(cause)}). See whether the file is complete.`,
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

/** What a sweep found, in sentences, and what a reader has to know of it. Values are as they are shown. */
export const sweepTexts = {
  sameToServer: (axis: string, values: readonly string[]): string =>
    `${axis} had no effect by construction: the server does the same for ${enumerated(values)}.`,
  alsoSame: (axis: string, values: readonly string[]): string =>
    ` ${axis} ${enumerated(values)} are the same to the server.`,
  noEffect: (axis: string, metric: string, threshold: number, widest: string, blocks: number): string =>
    `${axis} had no effect on ${metric} that matters: its values differ by less than ${share(threshold)} (at most ${widest}), over ${blocks} blocks.`,
  onlyAt: (axis: string, metric: string, slice: string): string =>
    `${axis} had no effect on ${metric} on average, but it has one at ${slice}.`,
  someEffect: (axis: string, metric: string, widest: string, blocks: number): string =>
    `${axis} had an effect on ${metric}: ${widest}, over ${blocks} blocks.`,
  openEffect: (axis: string, metric: string, widest: string | undefined, blocks: number): string =>
    `Whether ${axis} has an effect on ${metric} is not decided after ${blocks} blocks${widest === undefined ? '' : ` (${widest})`}.`,
  step: (worse: string, better: string, ratio: number, interval: readonly number[] | undefined): string =>
    `${worse} against ${better} ${change({ ratio, interval })}`,
  identical: (arms: readonly string[]): string =>
    `The effective configs of ${enumerated(arms.map((arm) => `"${arm}"`))} are identical: their options ask for different things, but the server does the same for all. Leave out what has no effect.`,
  givenUp: (arm: string, message: string): string =>
    `Arm "${arm}" was given up and is not ranked: too many of its trials were invalid or unexpectedly cold. ${message}`.trimEnd(),
  answersWorse: (arm: string): string =>
    `Arm "${arm}" is not ranked: its trials are valid less often than the baseline's. See its invalid trials for the reasons.`,
  trialBudget: (budget: number, blocks: number): string =>
    `The budget of ${budget} trials ended the sweep after ${blocks} blocks. Raise \`halving.budget\` to tell more arms apart.`,
  notRanked: (suite: string, arms: readonly string[]): string =>
    `${suite}: ${arms.length} ${arms.length === 1 ? 'candidate is' : 'candidates are'} not ranked (${arms.join('; ')}); the warnings say why.`,
} as const

function enumerated(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
