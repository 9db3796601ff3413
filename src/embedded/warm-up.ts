/**
 * V8 compiles the loop around a token only after some hundreds of them: without this the first replies of a run
 * would measure the compiler, and the arm that comes first would look slow.
 */
import { complete } from './completion.ts'
import type { Runner } from './engine.ts'
import { readOptions } from './options.ts'
import { tokenize } from './prompt.ts'

/** Long enough for thousands of tokens of the tiny model, and soon over with a large one, ms. */
const DURATION = 800

/** Writes replies to nobody for a while, with default options. */
export async function warmUp(runner: Runner): Promise<void> {
  const tokens = tokenize(runner.model, 'Write a report.')
  const { sampling } = readOptions({ num_predict: 100 })
  const signal = AbortSignal.timeout(DURATION)
  try {
    for (;;) await complete(runner, { tokens, sampling, grammar: undefined, shift: true, signal }, toNobody)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function toNobody(piece: string): Promise<void> {
  JSON.stringify({ response: piece, done: false })
}
