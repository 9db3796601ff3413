/** How a call's endpoint is spoken: what its chunks, its last events and its whole answer look like. Pure. */
import { countersOf, type Plan } from './plan.ts'
import type { Product, ScriptedCall } from './script.ts'

export interface Said {
  content: string
  thinking?: string
  tool_calls?: unknown[]
}

interface Voice {
  type: string
  chunk(said: Said): string
  /** The last events; a reason of undefined leaves it out. */
  final(plan: Plan, reason: string | undefined): string[]
  whole(said: Said, plan: Plan, reason: string | undefined): string
  error(message: string): string
}

/** The voice of an endpoint. Lines are whole events without their line's end. */
export function voiceOf(call: ScriptedCall): Voice {
  if (call.endpoint === 'responses') return responses(call)
  return call.path.startsWith('/v1/') ? completions(call) : ollama(call)
}

function ollama({ endpoint, model }: ScriptedCall): Voice {
  const line = ({ content, ...others }: Said, rest: object = { done: false }): string => {
    const said = { content, ...others }
    const text =
      endpoint === 'chat' ? { message: { role: 'assistant', ...said } } : { response: content, ...others }
    return JSON.stringify({ model, created_at: new Date().toISOString(), ...text, ...rest })
  }
  const final = (plan: Plan, done_reason: string | undefined): object => {
    const counters = Object.entries(countersOf(plan)).map(([name, value]) =>
      name.endsWith('_duration') ? [name, Math.round(value * 1e6)] : [name, value],
    )
    const model = plan.model === undefined ? {} : { model: plan.model }
    return { ...model, done: done_reason !== undefined, done_reason, ...Object.fromEntries(counters) }
  }
  return {
    type: 'application/x-ndjson',
    chunk: (said) => line(said),
    final: (plan, reason) => [line({ content: '' }, final(plan, reason))],
    whole: (said, plan, reason) =>
      endpoint === 'embed'
        ? embedding(plan)
        : line(said, reason === undefined ? undefined : final(plan, reason)),
    error: (message) => JSON.stringify({ error: message }),
  }
  function embedding(plan: Plan): string {
    const { prompt_eval_count, total_duration = 0 } = countersOf(plan)
    return JSON.stringify({
      model,
      embeddings: [[0.1, 0.2]],
      prompt_eval_count,
      total_duration: Math.round(total_duration * 1e6),
    })
  }
}

const data = (object: unknown): string => `data: ${JSON.stringify(object)}`

function completions({ endpoint, model, body, product }: ScriptedCall): Voice {
  const isChat = endpoint === 'chat_completions'
  const asked = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true
  const object = (choices: unknown[], rest: object = {}): object => ({
    id: 'cmpl-1',
    object: isChat ? 'chat.completion.chunk' : 'text_completion',
    created: 1,
    model,
    choices,
    ...rest,
  })
  const part = ({ content, thinking, tool_calls }: Said): object =>
    isChat
      ? {
          ...(thinking === undefined ? { content } : { reasoning_content: thinking }),
          ...(tool_calls && { tool_calls }),
        }
      : { text: content }
  const choice = (said: Said, finish_reason: string | null, name: string): object => ({
    index: 0,
    ...(isChat ? { [name]: part(said) } : part(said)),
    finish_reason,
  })
  const reasonOf = (plan: Plan, reason: string | undefined): string | null =>
    reason === 'stop' && plan.tool_calls ? 'tool_calls' : (reason ?? null)
  return {
    type: 'text/event-stream',
    chunk: (said) => data(object([choice(said, null, 'delta')])),
    final: (plan, reason) => [
      ...(reason === undefined
        ? []
        : [
            data(
              object(
                [{ index: 0, delta: {}, text: '', finish_reason: reasonOf(plan, reason) }],
                extras(plan, product),
              ),
            ),
          ]),
      ...(asked && plan.counters !== false ? [data(object([], { usage: usageOf(plan) }))] : []),
      'data: [DONE]',
    ],
    whole(said, plan, reason) {
      if (endpoint === 'embed')
        return JSON.stringify({
          object: 'list',
          model,
          data: [{ embedding: [0.1], index: 0 }],
          usage: usageOf(plan),
        })
      const usage = plan.counters === false ? {} : { usage: usageOf(plan) }
      const whole = choice({ ...said, content: said.content }, reasonOf(plan, reason), 'message')
      return JSON.stringify(object([whole], { ...usage, ...extras(plan, product) }))
    },
    error: (message) => data({ error: { message, type: 'server_error', code: 500 } }),
  }
}

function usageOf(plan: Plan): object {
  const { prompt_eval_count = 0, eval_count = 0, prompt_eval_cached_count: cached } = countersOf(plan)
  return {
    prompt_tokens: prompt_eval_count,
    completion_tokens: eval_count,
    total_tokens: prompt_eval_count + eval_count,
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
  }
}

/** What llama-server and vLLM add of their own clocks. */
function extras(plan: Plan, product: Product): object {
  const { prompt_eval_count: all = 0, prompt_eval_cached_count: cached = 0, ...counters } = countersOf(plan)
  const { prompt_eval_duration = 0, eval_duration = 0, eval_count = 0 } = counters
  if (product === 'llama.cpp') {
    const prompt = { cache_n: cached, prompt_n: all - cached, prompt_ms: prompt_eval_duration }
    return { timings: { ...prompt, predicted_n: eval_count, predicted_ms: eval_duration } }
  }
  if (product !== 'vllm') return {}
  const queue_time_ms = 1
  const time_to_first_token_ms = prompt_eval_duration + queue_time_ms
  return { metrics: { time_to_first_token_ms, queue_time_ms, generation_time_ms: eval_duration } }
}

function responses({ model }: ScriptedCall): Voice {
  const event = (type: string, rest: object): string => `event: ${type}\n${data({ type, ...rest })}`
  const ended = (plan: Plan, reason: string | undefined, output: unknown[] = []): object => {
    const { prompt_eval_count = 0, eval_count = 0 } = countersOf(plan)
    const cut = reason === 'length' && { incomplete_details: { reason: 'max_output_tokens' } }
    const status = reason === 'length' ? 'incomplete' : reason === undefined ? 'in_progress' : 'completed'
    const usage = { input_tokens: prompt_eval_count, output_tokens: eval_count }
    return { id: 'resp_1', object: 'response', model, error: null, status, ...cut, output, usage }
  }
  const message = ({ content, thinking }: Said): unknown[] => [
    ...(thinking === undefined
      ? []
      : [{ type: 'reasoning', summary: [{ type: 'summary_text', text: thinking }] }]),
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: content }] },
  ]
  return {
    type: 'text/event-stream',
    chunk: ({ content, thinking }) =>
      thinking === undefined
        ? event('response.output_text.delta', { delta: content })
        : event('response.reasoning_text.delta', { delta: thinking }),
    final: (plan, reason) =>
      reason === undefined
        ? []
        : [
            event(`response.${reason === 'length' ? 'incomplete' : 'completed'}`, {
              response: ended(plan, reason),
            }),
          ],
    whole: (said, plan, reason) => JSON.stringify(ended(plan, reason, message(said))),
    error: (text) => event('error', { message: text }),
  }
}
