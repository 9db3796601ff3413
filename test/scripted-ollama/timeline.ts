/** From a plan to what is written when: a list of beats with absolute times. Pure. */
import type { Plan } from './plan.ts'
import type { ScriptedCall } from './script.ts'
import { voiceOf, type Said } from './voices.ts'

/** Something the server does, `at` ms after the request arrived. */
export type Beat =
  | { at: number; do: 'chunk' | 'done' | 'error_line' | 'half_line'; line: string }
  | { at: number; do: 'reset' | 'end' | 'silence' }

const WORDS =
  ' The scripted server speaks in plain words that never repeat themselves, so no guard against loops takes offence.'

/** The beats of a streamed call. */
export function timeline(plan: Plan, call: ScriptedCall): Beat[] {
  const chunks = contentBeats(plan, call)
  const fault = plan.fault
  const after = (fault as { after?: number } | undefined)?.after ?? 0
  const kept = chunks.slice(0, after)
  const at = chunks[after]?.at ?? endAt(plan)
  const done: Beat = { at: endAt(plan) + plan.final_delay, do: 'done', line: finalLine(plan, call) }
  switch (fault?.kind) {
    case 'no_done':
      return [
        ...kept,
        ...repeats(plan, call, at, fault.repeats ?? 0),
        { at: at + plan.per_token * (fault.repeats ?? 0), do: 'end' },
      ]
    case 'error_line':
      return [
        ...kept,
        {
          at,
          do: 'error_line',
          line: voiceOf(call).error(fault.error ?? 'llama runner process no longer running: -1'),
        },
        { at, do: 'end' },
      ]
    case 'reset':
      return [...kept, { at, do: 'reset' }]
    case 'partial_line':
      return [
        ...kept,
        { at, do: 'half_line', line: chunkLine(call, { content: ' half' }) },
        { at, do: 'end' },
      ]
    case 'stall': {
      if (fault.ms === undefined) return [...kept, { at, do: 'silence' }]
      const late = [...chunks.slice(after), done].map((beat) => ({ ...beat, at: beat.at + (fault.ms ?? 0) }))
      return [...kept, ...late, { at: done.at + fault.ms, do: 'end' }]
    }
    case 'reset_after_done':
      return [...chunks, done, { at: done.at, do: 'reset' }]
    case 'empty':
      return [
        { ...done, line: finalLine({ ...plan, tokens: 0 }, call) },
        { at: done.at, do: 'end' },
      ]
    default:
      return [...chunks, done, { at: done.at, do: 'end' }]
  }
}

/** The text a call that is not streamed answers with, and the chunks' pieces. */
function pieces(plan: Plan): string[] {
  const count = Math.ceil(plan.tokens / plan.per_chunk)
  if (plan.reply !== undefined) return deal(Array.from(plan.reply), count)
  const words = Array.isArray(plan.text) ? plan.text : ((plan.text ?? WORDS).match(/\s*\S+/g) ?? [])
  const token = (i: number): string => words[i % words.length] ?? ''
  return Array.from({ length: count }, (_, chunk) => {
    const size = Math.min(plan.per_chunk, plan.tokens - chunk * plan.per_chunk)
    return Array.from({ length: size }, (_, i) => token(chunk * plan.per_chunk + i)).join('')
  })
}

/** The answer in one object: the final one, with all the text. */
export function wholeLine(plan: Plan, call: ScriptedCall, done = true): string {
  const all = pieces(plan)
  const thinking = all.slice(0, plan.thinking).join('')
  const content = all.slice(plan.thinking).join('')
  const said = {
    content,
    ...(thinking && { thinking }),
    ...(plan.tool_calls && { tool_calls: plan.tool_calls }),
  }
  return voiceOf(call).whole(said, plan, done ? plan.done_reason : undefined)
}

function contentBeats(plan: Plan, call: ScriptedCall): Beat[] {
  const all = pieces(plan)
  return all.map((piece, i) => {
    const tools = i === all.length - 1 && plan.tool_calls ? { tool_calls: plan.tool_calls } : {}
    const said = i < plan.thinking ? { content: '', thinking: piece } : { content: piece, ...tools }
    return { at: plan.ttft + i * plan.per_chunk * plan.per_token, do: 'chunk', line: chunkLine(call, said) }
  })
}

function repeats(plan: Plan, call: ScriptedCall, from: number, count: number): Beat[] {
  return Array.from({ length: count }, (_, i) => ({
    at: from + i * plan.per_token,
    do: 'chunk',
    line: chunkLine(call, { content: ' no' }),
  }))
}

function endAt(plan: Plan): number {
  return plan.ttft + Math.max(0, plan.tokens - 1) * plan.per_token
}

function deal(letters: string[], count: number): string[] {
  const cut = (i: number): number => Math.round((i * letters.length) / count)
  return Array.from({ length: count }, (_, i) => letters.slice(cut(i), cut(i + 1)).join(''))
}

function chunkLine(call: ScriptedCall, said: Said): string {
  return voiceOf(call).chunk(said)
}

/** Several events make one line: none is cut off from the next. */
function finalLine(plan: Plan, call: ScriptedCall): string {
  const reason = plan.fault?.kind === 'no_finish' ? undefined : plan.done_reason
  return voiceOf(call).final(plan, reason).join(eventEnd(plan, call))
}

/** What ends an event: of server-sent events a blank line. */
export function eventEnd({ newline, blank }: Plan, call: ScriptedCall): string {
  return newline.repeat(blank || voiceOf(call).type === 'text/event-stream' ? 2 : 1)
}
