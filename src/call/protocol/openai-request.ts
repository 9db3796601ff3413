import { isObject, objectOf } from '../../json.ts'
import { withHead } from './nonce.ts'
import type { Additions, Body, Completed } from './protocol.ts'

type Endpoint = 'chat_completions' | 'completions' | 'responses' | 'embed'

const SAMPLING = { temperature: 'temperature', top_p: 'top_p' } as const
const COMPLETIONS = {
  ...SAMPLING,
  seed: 'seed',
  num_predict: 'max_tokens',
  stop: 'stop',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
} as const

/** By endpoint: an arm's options, as Ollama names them, and what they are called there. */
const NAMES: Record<Endpoint, Readonly<Record<string, string>>> = {
  chat_completions: COMPLETIONS,
  completions: COMPLETIONS,
  responses: { ...SAMPLING, num_predict: 'max_output_tokens' },
  embed: {},
}

/** Options that at least one of OpenAI's endpoints has. */
export const OPENAI_OPTIONS: readonly string[] = Object.keys(COMPLETIONS)

/** A limit has two names in chat completions; either may stand in a request. */
const RECORDED = [
  ...new Set(Object.values(NAMES).flatMap((names) => Object.values(names))),
  'max_completion_tokens',
]

/** The body as it leaves, see `Protocol.complete`. An embedding is not sampled: it takes no options of an arm. */
export function completeOpenAI(endpoint: Endpoint, body: Body, { arm, seed, nonce }: Additions): Completed {
  const names = NAMES[endpoint]
  const wanted =
    endpoint === 'embed' ? {} : { ...('seed' in names && seed !== undefined && { seed }), ...arm.options }
  const refused = Object.keys(wanted).find((name) => !(name in names))
  const isLimited = 'max_completion_tokens' in body
  const added = Object.entries(wanted).flatMap(([name, value]) => {
    const isUnset = name === 'num_predict' && (isLimited || Number(value) < 0)
    return isUnset || value === undefined ? [] : [[names[name] ?? name, value] as const]
  })
  const isPlain = nonce === undefined || endpoint === 'embed'
  const complete: Body = {
    ...Object.fromEntries(added),
    ...(isPlain ? body : withHead(body, `${nonce}\n`)),
    model: body['model'] || arm.model,
  }
  const options = Object.fromEntries(
    RECORDED.filter((name) => name in complete).map((name) => [name, complete[name]]),
  )
  const hidesUsage =
    endpoint.endsWith('completions') && complete['stream'] === true && !asksForUsage(complete)
  if (hidesUsage)
    complete['stream_options'] = { ...objectOf(complete['stream_options']), include_usage: true }
  return { body: complete, options, hidesUsage, ...(refused !== undefined && { refused }) }
}

function asksForUsage({ stream_options }: Body): boolean {
  return isObject(stream_options) && stream_options['include_usage'] === true
}
