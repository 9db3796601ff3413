import { llmErrors } from './messages.ts'
import type { Arm } from './arm.ts'

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
    if (!KNOWN.includes(name)) throw llmErrors.unknownOption(name, where, nearest(name))
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

function nearest(name: string): string {
  const alias = ALIASES.get(plain(name))
  if (alias !== undefined) return alias
  const distances = KNOWN.map((known) => ({ known, distance: editDistance(plain(name), plain(known)) }))
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best)).known
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Levenshtein distance: insertions, deletions and substitutions from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
