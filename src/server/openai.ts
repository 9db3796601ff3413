import { count, isObject, objectOf } from '../json.ts'
import type { Body } from '../call/index.ts'
import type { Effective, ServerFacts } from '../schema/generated.ts'
import { ask, type Answer, type Where } from './ask.ts'
import { serverFacts } from './facts.ts'

/** By the owner that /v1/models names, who made the server. */
const PRODUCTS: Readonly<Record<string, string>> = {
  vllm: 'vllm',
  llamacpp: 'llama.cpp',
  sglang: 'sglang',
  organization_owner: 'lmstudio',
}

/**
 * Which server this is that speaks OpenAI's protocol; also opens the connection. Ollama and the embedded engine speak it
 * too, and are what they are.
 */
export async function openAiServer(host: Where, timeout?: number): Promise<Answer<ServerFacts>> {
  const own = await serverFacts(host, timeout)
  if (!own.ok || own.value.version !== undefined) return own
  const [models, props, version] = await Promise.all([
    modelsOf(host),
    propsOf(host),
    ask({ host, path: '/version' }),
  ])
  const owner = models.map((model) => model['owned_by']).find((name) => typeof name === 'string')
  const product = props ? 'llama.cpp' : owner === undefined ? undefined : PRODUCTS[owner]
  const told = props?.['build_info'] ?? (version.ok ? version.value['version'] : undefined)
  return {
    ok: true,
    value: {
      kind: 'openai',
      ...(product !== undefined && { product }),
      ...(typeof told === 'string' && told !== '' && { version: told }),
    },
  }
}

/** What such a server says of a model: how long a context it serves, and how long the model's may be. */
export async function openAiModel(host: Where, model: string): Promise<Effective> {
  const [models, props] = await Promise.all([modelsOf(host), propsOf(host)])
  const listed = models.find(({ id }) => id === model) ?? (models.length === 1 ? models[0] : undefined)
  const served =
    count(listed?.['max_model_len']) ?? count(objectOf(props?.['default_generation_settings'])['n_ctx'])
  const trained = count(objectOf(listed?.['meta'])['n_ctx_train'])
  return {
    ...(served !== undefined && served > 0 && { num_ctx: served }),
    ...(trained !== undefined && { context_length: trained }),
  }
}

async function modelsOf(host: Where): Promise<Body[]> {
  const answer = await ask({ host, path: '/v1/models' })
  const data = answer.ok ? answer.value['data'] : []
  return Array.isArray(data) ? data.map(objectOf) : []
}

/** llama-server's settings; other servers have no such endpoint. */
async function propsOf(host: Where): Promise<Body | undefined> {
  const answer = await ask({ host, path: '/props' })
  return answer.ok && isObject(answer.value['default_generation_settings']) ? answer.value : undefined
}
