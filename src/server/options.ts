import { OPENAI_OPTIONS, type Api, type Arm } from '../call/index.ts'
import { serverErrors } from './messages.ts'

/** Options a runner is loaded with: a call that differs in one of them makes the server reload. Ollama's api.Runner. */
const RUNNER_OPTIONS = ['num_ctx', 'num_batch', 'num_gpu', 'main_gpu', 'use_mmap', 'num_thread'] as const

/**
 * Refuses options that OpenAI's protocol does not have. `where` says whose options they are, such as `arm "chimera"`.
 *
 * @throws ChimeraError `unknown_option`, with the names there are.
 */
export function refuseUnsent(
  options: Record<string, unknown> | undefined,
  where: string,
  api: Api | undefined,
): void {
  const name = api === 'openai' && Object.keys(options ?? {}).find((one) => !OPENAI_OPTIONS.includes(one))
  if (name) throw serverErrors.optionNotSent(name, where, OPENAI_OPTIONS)
}

/** Arms with the same key can share a loaded runner. The host is not part of it. */
export function runnerKey(arm: Pick<Arm, 'model' | 'options'>): string {
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
