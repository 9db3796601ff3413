import { serverErrors } from './messages.ts'
import { nearest, plain } from '../text/index.ts'
import type { Arm } from '../call/index.ts'

/** Options a runner is loaded with: a call that differs in one of them makes the server reload. Ollama's api.Runner. */
const RUNNER_OPTIONS = ['num_ctx', 'num_batch', 'num_gpu', 'main_gpu', 'use_mmap', 'num_thread'] as const

// Ollama's api.Options, then what only the official client still lists and older servers know.
const KNOWN: readonly string[] = [
  ...RUNNER_OPTIONS,
  ...'num_keep seed num_predict top_k top_p min_p typical_p repeat_last_n temperature'.split(' '),
  ...'repeat_penalty presence_penalty frequency_penalty stop'.split(' '),
  ...'numa low_vram f16_kv logits_all vocab_only use_mlock embedding_only tfs_z'.split(' '),
  ...'mirostat mirostat_tau mirostat_eta penalize_newline'.split(' '),
]

// What other inference servers call an option that no edit distance would find.
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['maxtokens', 'num_predict'],
  ['maxnewtokens', 'num_predict'],
  ['contextlength', 'num_ctx'],
  ['ngpulayers', 'num_gpu'],
  ['gpulayers', 'num_gpu'],
])

/**
 * Refuses option names Ollama does not know; the server would drop them silently.
 * `where` says whose options they are, such as `arm "chimera"`.
 *
 * @throws ChimeraError `unknown_option`, with the nearest known name.
 */
export function checkOptions(options: Record<string, unknown> | undefined, where: string): void {
  for (const name of Object.keys(options ?? {})) {
    if (!KNOWN.includes(name)) throw serverErrors.unknownOption(name, where, nearestOption(name))
  }
}

/** Arms with the same key can share a loaded runner. The host is not part of it. */
export function runnerKey(arm: Arm): string {
  return JSON.stringify([arm.model, ...RUNNER_OPTIONS.map((name) => arm.options?.[name] ?? null)])
}

/** Whether a runner loaded with some options serves a call with others: one that leaves num_gpu to the server takes any. */
export function sharesRunner(loaded: Record<string, unknown>, wanted: Record<string, unknown>): boolean {
  return RUNNER_OPTIONS.every(
    (name) =>
      loaded[name] === wanted[name] ||
      (name === 'num_gpu' && (wanted[name] === undefined || Number(wanted[name]) < 0)),
  )
}

function nearestOption(name: string): string {
  return ALIASES.get(plain(name)) ?? nearest(name, KNOWN)
}
