import { count, objectOf, type JsonObject } from '../../json.ts'
import { present } from './chat-completions.ts'
import { errorText, textOf } from './error-text.ts'
import { completeOpenAI } from './openai-request.ts'
import type { Protocol, Said } from './protocol.ts'
import { SseParser, wholeReply } from './sse.ts'

/** `/v1/responses`: typed events, the last of which carries the whole response. */
export const responses: Protocol = {
  endpoint: 'responses',
  api: 'openai',
  complete: (body, additions) => completeOpenAI('responses', body, additions),
  isStreamed: (body) => body['stream'] === true,
  stream: () => new SseParser({ says: saysEvent, ended: () => undefined }),
  whole: (text) => wholeReply(text, (object) => ({ ...outputOf(object), ...endOf(object) })),
}

const CONTENT = ['response.output_text.delta', 'response.refusal.delta']
const THINKING = [
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
  'response.reasoning.delta',
]
const TOOLS = ['response.function_call_arguments.delta', 'response.custom_tool_call_input.delta']

function saysEvent(event: JsonObject): Said | undefined {
  const type = textOf(event['type'])
  const delta = textOf(event['delta'])
  if (CONTENT.includes(type)) return { content: delta }
  if (THINKING.includes(type)) return { thinking: delta }
  if (TOOLS.includes(type)) return { other: delta !== '' }
  if (type === 'error') return { error: errorText(event) }
  // The name of a tool comes with its item, before any of its arguments.
  if (type === 'response.output_item.added') return { other: isToolCall(objectOf(event['item'])) }
  const isLast = ['completed', 'incomplete', 'failed', 'cancelled'].some((end) => type === `response.${end}`)
  return isLast ? endOf(objectOf(event['response'])) : undefined
}

function endOf(response: JsonObject): Said {
  const { status, usage } = response
  if (status === 'failed') return { error: errorText(response) }
  const reason = textOf(objectOf(response['incomplete_details'])['reason'])
  const done = status === 'completed' ? 'stop' : reason === 'max_output_tokens' ? 'length' : reason
  if (!done) return { broken: `its status is "${errorText(textOf(status))}"` }
  const { input_tokens, input_tokens_details, output_tokens } = objectOf(usage)
  return {
    final: present({
      done_reason: done,
      prompt_eval_count: count(input_tokens),
      prompt_eval_cached_count: count(objectOf(input_tokens_details)['cached_tokens']),
      eval_count: count(output_tokens),
    }),
  }
}

function outputOf({ output }: JsonObject): Said {
  const items = Array.isArray(output) ? output.map(objectOf) : []
  const text = (type: string): string =>
    items
      .filter((item) => item['type'] === type)
      .flatMap(({ content, summary }) =>
        [content, summary].flatMap((parts) => (Array.isArray(parts) ? parts : [])),
      )
      .map((part) => textOf(objectOf(part)['text']) || textOf(objectOf(part)['refusal']))
      .join('')
  return { content: text('message'), thinking: text('reasoning'), other: items.some(isToolCall) }
}

function isToolCall({ type }: JsonObject): boolean {
  return type === 'function_call' || type === 'custom_tool_call'
}
