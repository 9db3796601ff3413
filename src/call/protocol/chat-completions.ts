import { count, isObject, objectOf, type JsonObject } from '../../json.ts'
import { textOf } from './error-text.ts'
import { completeOpenAI } from './openai-request.ts'
import type { Final, Protocol, Said } from './protocol.ts'
import { SseParser, wholeReply, type Events } from './sse.ts'

/** `/v1/chat/completions` and `/v1/completions`: deltas of choices, then usage, then `[DONE]`. */
export function completions(endpoint: 'chat_completions' | 'completions'): Protocol {
  return {
    endpoint,
    api: 'openai',
    complete: (body, additions) => completeOpenAI(endpoint, body, additions),
    isStreamed: (body) => body['stream'] === true,
    stream: () => new SseParser(new Choices('delta')),
    whole(text) {
      const choices = new Choices('message')
      return wholeReply(text, (object) => ({ ...choices.says(object), ...choices.ended(true) }))
    },
  }
}

/** `/v1/embeddings`. */
export const embeddings: Protocol = {
  endpoint: 'embed',
  api: 'openai',
  complete: (body, additions) => completeOpenAI('embed', body, additions),
  isStreamed: () => false,
  stream: () => new SseParser(new Choices('delta')),
  whole: (text) =>
    wholeReply(text, ({ data, usage }) => ({
      other: Array.isArray(data) && data.length > 0,
      final: countersOf(objectOf(usage), {}, {}),
    })),
}

/** Choices may come interleaved; the reply is whole when each that began has its `finish_reason`. */
class Choices implements Events {
  readonly #text: 'delta' | 'message'
  readonly #reasons = new Map<unknown, string | undefined>()
  #usage: JsonObject = {}
  #timings: JsonObject = {}
  #metrics: JsonObject = {}

  constructor(text: 'delta' | 'message') {
    this.#text = text
  }

  says(object: JsonObject): Said {
    if (isObject(object['usage'])) this.#usage = object['usage']
    if (isObject(object['timings'])) this.#timings = object['timings']
    if (isObject(object['metrics'])) this.#metrics = object['metrics']
    const choices = Array.isArray(object['choices']) ? object['choices'].map(objectOf) : []
    const said = choices.map((choice) => this.#choice(choice))
    return {
      object,
      content: said.map(({ content }) => content).join(''),
      thinking: said.map(({ thinking }) => thinking).join(''),
      other: said.some(({ other }) => other),
    }
  }

  ended(isDone: boolean): Said | undefined {
    const reasons = [...this.#reasons.values()]
    const [reason] = reasons
    if (reason !== undefined && !reasons.includes(undefined)) {
      const counters = countersOf(this.#usage, this.#timings, this.#metrics)
      return { final: { ...counters, done_reason: reason } }
    }
    return isDone ? { broken: 'it ended without finish_reason' } : undefined
  }

  #choice(choice: JsonObject): { content: string; thinking: string; other: boolean } {
    const reason = textOf(choice['finish_reason'])
    const index = choice['index']
    this.#reasons.set(index, reason || this.#reasons.get(index))
    const part = objectOf(choice[this.#text])
    const calls = part['tool_calls']
    return {
      content: contentOf(part['content']) || textOf(part['refusal']) || textOf(choice['text']),
      thinking: textOf(part['reasoning_content']) || textOf(part['reasoning']) || textOf(part['thinking']),
      other: (Array.isArray(calls) && calls.length > 0) || isObject(part['function_call']),
    }
  }
}

/** Text, or a list of parts with text. */
function contentOf(content: unknown): string {
  return Array.isArray(content)
    ? content.map((part) => textOf(objectOf(part)['text'])).join('')
    : textOf(content)
}

/**
 * `usage` of every server, `timings` of llama-server and `metrics` of vLLM. llama-server's `prompt_n` leaves out what its
 * cache held; a cached count that is not sent is unknown, not 0.
 */
function countersOf(usage: JsonObject, timings: JsonObject, metrics: JsonObject): Final {
  const cached = count(objectOf(usage['prompt_tokens_details'])['cached_tokens']) ?? count(timings['cache_n'])
  const fresh = count(timings['prompt_n'])
  const waited = duration(metrics['queue_time_ms']) ?? 0
  const first = duration(metrics['time_to_first_token_ms'])
  return present({
    prompt_eval_count:
      count(usage['prompt_tokens']) ??
      (fresh === undefined ? undefined : fresh + (count(timings['cache_n']) ?? 0)),
    prompt_eval_cached_count: cached,
    prompt_eval_duration:
      duration(timings['prompt_ms']) ?? (first === undefined ? undefined : Math.max(0, first - waited)),
    eval_count: count(usage['completion_tokens']) ?? count(timings['predicted_n']),
    eval_duration: duration(timings['predicted_ms']) ?? duration(metrics['generation_time_ms']),
  })
}

function duration(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined
}

/** Leaves out what is undefined. */
export function present(values: { [K in keyof Final]: Final[K] | undefined }): Final {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
