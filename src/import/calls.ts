/** One recorded call as one of ours: what was measured under our names, the rest absent. */
import { tailLoops } from '../checks/repetition.ts'
import { callMessages } from '../call/messages.ts'
import type { Call, CallReason } from '../schema/generated.ts'
import type { CallFigures, RecordedCall } from './recorded.ts'

/** Where and how a call was made. */
export interface CallSetting {
  index: number
  /** ms after the trial began. */
  start: number
  cold: boolean
  options: Readonly<Record<string, unknown>>
  agent?: string
}

export function toCall(recorded: RecordedCall, { index, start, cold, options, agent }: CallSetting): Call {
  const { stage, figures } = recorded
  const fault = faultOf(recorded)
  const ttft = firstPiece(figures)
  return {
    index,
    stage,
    ...(agent !== undefined && { agent }),
    endpoint: 'generate',
    streamed: true,
    cold,
    ...(fault === undefined ? { valid: true } : { valid: false, ...fault }),
    start,
    ...(ttft !== undefined && { ttft }),
    duration: figures.total_duration_ms,
    options: { ...options },
    ...present({
      eval_count: figures.tokens_generated,
      eval_duration: figures.eval_duration_ms,
      prompt_eval_duration: figures.prompt_eval_duration_ms,
      load_duration: figures.load_duration_ms,
    }),
  }
}

/** ms; the older client put the whole duration where no piece had come. */
export function firstPiece({ ttft_ms, total_duration_ms }: CallFigures): number | undefined {
  return ttft_ms > 0 && ttft_ms < total_duration_ms ? ttft_ms : undefined
}

/** Without a final object every counter of the server was written as 0. */
function faultOf({ figures, response }: RecordedCall): { reason: CallReason; message: string } | undefined {
  const { tokens_generated, eval_duration_ms, load_duration_ms, prompt_eval_duration_ms } = figures
  if (tokens_generated > 0 && eval_duration_ms > 0) return undefined
  const counters = tokens_generated + eval_duration_ms + load_duration_ms + prompt_eval_duration_ms
  return counters === 0
    ? { reason: 'no_done', message: callMessages.no_done(ending(response)) }
    : { reason: 'no_tokens', message: callMessages.no_tokens('no eval_count') }
}

/** What a server stops a reply for, after some 30 repeats; fewer than 10 happen in honest texts. */
const LOOP = { shortest: 1, longest: 40, times: 10 }

function ending(response: string | undefined): string {
  if (response === undefined) return ''
  const length = Array.from(response).length
  const [loop] = tailLoops(response.trimEnd(), LOOP)
  return loop === undefined
    ? ` after ${length} characters`
    : ` after ${loop.times} identical pieces at the end of ${length} characters`
}

/** What is 0 was not measured. */
function present<Name extends string>(figures: Record<Name, number>): Partial<Record<Name, number>> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => (value as number) > 0)) as Partial<
    Record<Name, number>
  >
}
