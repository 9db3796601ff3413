/** What the gate says, and the warnings that go with a comparison. */
import { ChimeraError } from '../errors.ts'
import { isDifference, type MetricName } from '../metrics.ts'
import { change, count, oneLine, points, quantity, share, threshold } from '../text/index.ts'
import type { Comparison } from '../schema/generated.ts'
import type { Absence, AbsentStage } from './absence.ts'

/** Faults of the environment's settings. */
export const gateErrors = {
  badEnvironment: (name: string, expected: string, received: string): ChimeraError =>
    new ChimeraError(
      'bad_environment',
      `Invalid ${name}: Expected ${expected} but received ${JSON.stringify(received)}. Correct the variable or unset it.`,
    ),
} as const

/** What the gate says. */
export const gateTexts = {
  noValidTrial: (arm: string, trials: number, reasons: readonly string[], message: string): string =>
    `arm "${arm}" has no valid trial (${trials} of ${trials} ${reasons.join(', ')}). ${message}`,
  unusable: (message: string): string => `nothing usable was measured. ${message}`,
  noBlock: (arm: string, invalid: number, trials: number, reason: string, message: string): string =>
    `nothing usable was measured. In every block at least one trial was invalid or unexpectedly cold, most often with ${reason} in arm "${arm}" (${invalid} of ${count(trials, 'trial')}). ${message}`,
  allCold: (): string =>
    'nothing usable was measured. In every block at least one call loaded the model unexpectedly. Check what unloads it: another client, a short `keep_alive`, or runner options that differ between calls.',
  noBlockBegun: (): string =>
    'nothing usable was measured. The suite ended before its first block; the warnings say why.',
  interrupted: (): string => `interrupted before a verdict. Run it again.`,
  workerLost: (): string =>
    `its worker ended before a verdict: the process exited, crashed or was killed. See the error that Vitest prints; results so far are in the reports.`,
  runInterrupted: (): string =>
    'The run was interrupted. Results so far are in the reports; run it again for a verdict.',
  removed: (what: string): string => `${what} exists at base but not at head, so nothing of it was measured.`,
  suiteIn: (suite: string, file: string): string => `Suite "${oneLine(suite)}" in ${file}`,
  audited: (decode: number, firstToken: number): string =>
    `This run belongs to \`vitest-chimera audit\`. Its candidate is the baseline again, with ${share(decode)} more time per token and ${quantity(firstToken, 'ms')} more to the first token added by the recorder.`,
  nothingRan: (): string =>
    'No agentBench ran, so nothing was measured. Check the filter and that bench files match suites/**/*.bench.ts.',
  nothingGated: (absences: readonly (Absence & { metric: string })[]): string =>
    `none of the gated metrics could be measured. ${absences.map((one) => `${one.metric}: ${absent(one.metric, one)} `).join('')}You can also gate another metric through \`thresholds\`.`,
  verdict: (comparison: Comparison): string => {
    const { metric, stage, verdict, blocks, difference } = comparison
    const what = `${metric}${stage === null ? '' : ` in stage ${stage}`} ${verdict}`
    if (difference !== undefined && metric === 'valid_rate') {
      const [before, after] = [comparison.baseline_value, comparison.candidate_value].map((rate) =>
        quantity(rate, 'fraction'),
      )
      return `${what}: ${comparison.candidate} ${after} of trials valid against ${comparison.baseline} ${before}: ${change(comparison)}, threshold ${threshold(comparison)}.`
    }
    const needed =
      comparison.blocks_needed === undefined
        ? ''
        : `; about ${comparison.blocks_needed} blocks would decide it`
    return `${what}: ${comparison.candidate} against ${comparison.baseline} ${comparison.ratio === undefined && difference === undefined ? 'not measured' : change(comparison)} over ${count(blocks, 'block')}, threshold ${threshold(comparison)}${needed}.`
  },
  notRanked: (arms: readonly string[]): string =>
    `${count(arms.length, 'candidate')} ${arms.length === 1 ? 'is' : 'are'} not ranked (${arms.join('; ')}); the warnings say why.`,
} as const

/** What a reader has to know before trusting a comparison. */
export const warningTexts = {
  numCtxClamped: (arm: string, asked: number, got: number): string =>
    `num_ctx ${asked} of arm "${arm}" had no effect: the server runs the model with ${got}. Request a supported value, or omit the option.`,
  numGpuBeyond: (arm: string, asked: number, layers: number): string =>
    `num_gpu ${asked} of arm "${arm}" exceeds the model's ${layers} layers: every value from ${layers} up has the same effect.`,
  noGpu: (arm: string, asked: number): string =>
    `num_gpu ${asked} of arm "${arm}" had no effect: the server runs every layer on the CPU.`,
  partialOffload: (arm: string, fraction: number): string =>
    `Only ${share(fraction)} of arm "${arm}"'s model is in video memory; the rest runs on the CPU.`,
  identicalArms: (baseline: string, candidate: string): string =>
    `The effective configs of "${baseline}" and "${candidate}" are identical: their options differ, but the server treats both the same.`,
  outOfReach: (
    {
      metric,
      threshold,
      scale,
      blocks,
    }: { metric: MetricName; threshold: number; scale: number; blocks: number },
    max: number,
  ): string => {
    const size = isDifference(metric) ? points : share
    // Most blocks of a fraction may be equal and a few far off: then this scale is 0 although the interval is wide.
    const scatter = scale > 0 ? `values scatter by ${size(scale)} between blocks, so ` : ''
    return `A threshold of ${size(threshold)} for ${metric} is out of reach on this machine: ${scatter}a verdict would take about ${blocks} blocks; at most ${max} are allowed. Raise \`blocks.max\` or the threshold, ask for longer replies, or reduce other load on the machine.`
  },
  tooFewBlocks: (max: number, needed: number): string =>
    `At most ${count(max, 'block')} ${max === 1 ? 'is' : 'are'} too few for a verdict, which takes at least ${needed}. Raise \`blocks.max\` or CHIMERA_BLOCKS_MAX.`,
  requeued: (blocks: number): string =>
    `${count(blocks, 'block')} ${blocks === 1 ? 'was' : 'were'} run again because a trial was invalid or unexpectedly cold.`,
  setApart: (apart: number, kept: number, most: number): string =>
    `${count(apart, 'block')} ${apart === 1 ? 'was' : 'were'} set apart, to be run again: a trial of ${apart === 1 ? 'it' : 'each'} lost more than ${share(most)} of its time to other machines of the host or to the container's processor limit. ${apart === 1 ? 'It is' : 'They are'} in trials.jsonl, and not in the statistics.${kept === 0 ? '' : ` ${count(kept, 'more block')} of that kind ${kept === 1 ? 'counts' : 'count'}, because at most a tenth of the blocks, and two, are set apart.`} Raise the limit, or use a machine that is not shared.`,
  coldTrials: (arm: string, cold: number, trials: number, other: number): string =>
    `In ${cold} of ${count(trials, 'trial')} of arm "${arm}" a call loaded the model; in the other arm, in ${other}. Cold calls count as ttft_cold and never as ttft, so gated metrics may not show the loads. Check what unloads the model: runner options that differ between calls, a short \`keep_alive\`, or too little memory. To gate the loads, set \`thresholds: { e2e_latency: true }\`.`,
  cacheHit: (arm: string, hits: number, calls: number): string =>
    `${hits} of ${calls} calls of arm "${arm}" hit the server's prompt cache: their ttft reflects the cache, and prompt_throughput is not measured. Leave \`nonce\` on, or let the prompts of a trial share less.`,
  newSuite: (
    suite: string,
    { formerly = [], movedFrom = [] }: { formerly?: readonly string[]; movedFrom?: readonly string[] },
  ): string => {
    const own = `${suite} is new: base has no such suite. Head is measured, and nothing is gated.`
    const names = (all: readonly string[]): string => all.map((name) => `"${oneLine(name)}"`).join(', ')
    if (formerly.length > 0)
      return `${own} In this file base has ${names(formerly)}: if the suite was renamed, keep its name in this pull request and rename it in another.`
    if (movedFrom.length > 0)
      return `${suite} is new in its file. Head is measured, and nothing is gated. Base has a suite of this name in ${names(movedFrom)}, which head lacks: if the suite was moved, leave it there in this pull request and move it in another.`
    return own
  },
  sameCode: (suite: string, modules: number, hasOtherRequests: boolean): string =>
    `No module of ${suite} differs between base and head (${modules} loaded): both arms ran the same code.${hasOtherRequests ? ' Their requests differ, as do those of an agent that reads a prompt from a file.' : ''}`,
  reportedDiffers: (arm: string, reported: number, arrives: number): string =>
    `The server reports ${quantity(reported, 'tok/s')} for arm "${arm}", but ${quantity(arrives, 'tok/s')} arrive. output_throughput is what arrives at the socket; reported_throughput is the server's own figure${reported > arrives ? ', which may exclude part of the work (Ollama 0.12.5 to 0.24 excludes sampling)' : ''}.`,
  implausibleCounters: (arm: string, names: readonly string[], calls: number, of: number): string =>
    `The server reported an impossible ${names.join(', ')} for ${calls} of ${of} calls of arm "${arm}": more than 1,000,000 tok/s, or far longer than the call. These counters are excluded from all figures. Check the server, and whether it serves replies from a cache.`,
  machineBusy: (suite: string, waited: number): string =>
    `Something waited for a processor ${share(waited)} of the time while ${suite} ran, which makes verdicts take more blocks. Close what else runs, or use an idle machine.`,
  machineTaken: (suite: string, least: number): string =>
    `${suite} lost ${share(least)} of its time or more to other machines of the host or to the container's processor limit. Raise the limit, or use a machine that is not shared.`,
  retriedCalls: (arm: string, retried: number, calls: number, reasons: readonly string[]): string =>
    `${retried} of ${calls} calls of arm "${arm}" failed (${reasons.join(', ')}) and ${retried === 1 ? 'was' : 'were'} made again with success, as clients do by themselves. Their trials count as they ran, with the time that this took. Check the server's log, or turn the client's retries off to have such trials invalid.`,
  reportedGated: (absence: Absence): string =>
    `output_throughput could not be measured: ${absent('output_throughput', absence)} Until then reported_throughput, the server's own figure, is gated instead.`,
  metricAbsent: (metric: string, absence: Absence): string =>
    `${metric} is gated but could not be measured: ${absent(metric, absence)} The other metrics decide the gate.`,
  stageAbsent: ({ metric, stage, arm, meant, others }: AbsentStage): string => {
    const gated = `${metric} is gated in stage "${oneLine(stage)}", `
    if (arm !== undefined) return `${gated}which arm "${arm}" never enters, so nothing is compared there.`
    if (others !== undefined)
      return `${gated}which no trial enters. The suite ${others.length === 0 ? 'has no stages' : `has ${others.map((name) => `"${oneLine(name)}"`).join(', ')}`}.`
    if (meant === undefined) return `${gated}where no block has a value for both arms.`
    return `${gated}which no trial enters. Did you mean "${oneLine(meant)}"?`
  },
} as const

/** Why a metric has no value, and the cure. */
export function absent(metric: string, { reason, arm }: Absence): string {
  const of = arm === undefined ? '' : ` of arm "${arm}"`
  const texts: Readonly<Record<Absence['reason'], string>> = {
    not_streamed: `no call${of} is streamed. Stream the calls.`,
    all_cold: `every call${of} loaded the model, and ${metric} counts warm calls. Set a longer \`keep_alive\`, or gate ttft_cold.`,
    all_warm: `no call${of} loaded the model. Set \`keep_alive: 0\`, or gate ttft.`,
    short: `every reply${of} has fewer than 16 tokens. Raise num_predict, or ask for longer replies.`,
    one_chunk: `every reply${of} came in one chunk. Ask for longer replies, or use a server that streams token by token.`,
    at_once: `every reply${of} arrived all at once. Check what holds replies back, such as a proxy that buffers them.`,
    none: 'no block has a value for both arms.',
  }
  return texts[reason]
}
