import { count, isObject, objectOf, parseJson, type JsonObject } from '../../json.ts'
import { errorText, textOf } from './error-text.ts'
import { LineReader } from './ndjson.ts'
import { withHead } from './nonce.ts'
import type { Additions, Body, Completed, Final, Parser, Protocol, Said } from './protocol.ts'

/** Longer than a run's pauses, so no model leaves between trials; every call renews it. */
export const DEFAULT_KEEP_ALIVE = '60m'

/** Ollama's own endpoints: a JSON object a line, counters in the last. */
export function ollama(endpoint: 'generate' | 'chat' | 'embed'): Protocol {
  return {
    endpoint,
    api: 'ollama',
    complete: endpoint === 'embed' ? completeEmbed : complete,
    isStreamed: (body) => endpoint !== 'embed' && body['stream'] !== false,
    stream: () => new Lines(),
    whole: (text) => says(text),
  }
}

function complete(body: Body, { arm, seed, nonce }: Additions): Completed {
  const options = { ...(seed !== undefined && { seed }), ...arm.options, ...objectOf(body['options']) }
  return {
    options,
    body: {
      ...(nonce === undefined ? body : withHead(body, `${nonce}\n`)),
      model: body['model'] || arm.model,
      options,
      keep_alive: body['keep_alive'] ?? arm.keep_alive ?? DEFAULT_KEEP_ALIVE,
    },
  }
}

/** An embedding is not sampled, and no cache serves it; its model is mostly not the arm's, whose options are not its own. */
function completeEmbed(body: Body, additions: Additions): Completed {
  const { arm } = additions
  const model = body['model'] || arm.model
  const shared = model === arm.model ? arm : { name: arm.name, model: arm.model }
  const completed = complete(body, { ...additions, arm: shared, nonce: undefined })
  if (model === arm.model) return completed
  const { options: _, ...others } = completed.body
  return {
    body: { ...others, ...('options' in body && { options: body['options'] }) },
    options: objectOf(body['options']),
  }
}

class Lines implements Parser {
  readonly #lines = new LineReader()

  push(bytes: Uint8Array): Said[] {
    return this.#lines.push(bytes).map(says)
  }

  /** A final object without a line's end still counts. */
  end(): ReturnType<Parser['end']> {
    const rest = this.#lines.rest()
    const isWhole = parseJson(rest) !== undefined
    return { said: isWhole ? [says(rest)] : [], rest: rest !== '' && !isWhole }
  }
}

function says(line: string): Said {
  const object = parseJson(line)
  if (!isObject(object)) return { broken: 'a line of it is no JSON object' }
  if ('error' in object) return { error: errorText(object) }
  if (Array.isArray(object['embeddings']))
    return { other: object['embeddings'].length > 0, final: finalOf(object) }
  const message = objectOf(object['message'])
  const said = {
    object,
    content: textOf(object['response']) || textOf(message['content']),
    thinking: textOf(object['thinking']) || textOf(message['thinking']),
    other: isFilled(object['tool_calls']) || isFilled(message['tool_calls']),
  }
  return object['done'] === true ? { ...said, final: finalOf(object), served: textOf(object['model']) } : said
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}

const COUNTS = ['prompt_eval_count', 'prompt_eval_cached_count', 'eval_count'] as const
const DURATIONS = ['prompt_eval_duration', 'eval_duration', 'load_duration', 'total_duration'] as const

/** Nanoseconds on the wire, milliseconds here. */
function finalOf(object: JsonObject): Final {
  const final: Final = {}
  if (typeof object['done_reason'] === 'string') final.done_reason = object['done_reason']
  for (const name of COUNTS) {
    const value = count(object[name])
    if (value !== undefined) final[name] = value
  }
  for (const name of DURATIONS) {
    const nanoseconds = object[name]
    if (typeof nanoseconds === 'number' && nanoseconds >= 0 && Number.isFinite(nanoseconds))
      final[name] = nanoseconds / 1e6
  }
  return final
}
