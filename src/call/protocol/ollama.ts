import { count, isObject, objectOf, parseJson, type JsonObject } from '../../json.ts'
import { errorText, textOf } from './error-text.ts'
import { LineReader, parseLines } from './ndjson.ts'
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
    whole: (text) => (endpoint === 'embed' ? saysVectors : says)(parseJson(text)),
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
    return parseLines(this.#lines.push(bytes)).map(says)
  }

  /** A final object without a line's end still counts. */
  end(): ReturnType<Parser['end']> {
    const rest = this.#lines.rest()
    const last = parseJson(rest)
    return { said: last === undefined ? [] : [says(last)], rest: rest !== '' && last === undefined }
  }
}

function says(object: unknown): Said {
  if (!isObject(object)) return { broken: 'a line of it is no JSON object' }
  if ((object['error'] ?? undefined) !== undefined) return { error: errorText(object) }
  const part = isObject(object['message']) ? object['message'] : object
  const said = {
    object,
    content: textOf(part['response']) || textOf(part['content']),
    thinking: textOf(part['thinking']),
    other: isFilled(part['tool_calls']),
  }
  return object['done'] === true ? { ...said, final: finalOf(object), served: textOf(object['model']) } : said
}

function saysVectors(reply: unknown): Said {
  const said = says(reply)
  const { object = {} } = said
  const { embeddings } = object
  return Array.isArray(embeddings) ? { other: embeddings.length > 0, final: finalOf(object) } : said
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
