/** The endpoints of a scripted server, and what differs between them before anything is said. */
import type { Models } from './models.ts'
import type { Endpoint, Product, ScriptedCall } from './script.ts'

export const ENDPOINTS: Record<string, Endpoint> = {
  '/api/generate': 'generate',
  '/api/chat': 'chat',
  '/api/embed': 'embed',
  '/v1/embeddings': 'embed',
  '/v1/chat/completions': 'chat_completions',
  '/v1/completions': 'completions',
  '/v1/responses': 'responses',
}

export function isStreamed({ endpoint, path, body }: ScriptedCall): boolean {
  if (endpoint === 'embed') return false
  return path.startsWith('/v1/') ? body['stream'] === true : body['stream'] !== false
}

/** Each protocol has an error of its own shape. */
export function notFound(path: string, model: unknown): unknown {
  const message = `model '${String(model)}' not found`
  return path.startsWith('/v1/') ? { message, type: 'not_found_error' } : message
}

/** What tells a product: Ollama's and others' answers on OpenAI's and on their own endpoints. */
export function productFacts(product: Product, path: string, models: Models): object | undefined {
  const owner = { ollama: 'library', 'llama.cpp': 'llamacpp', vllm: 'vllm' }[product]
  if (path === '/v1/models') return models.list(owner)
  if (path === '/props' && product === 'llama.cpp')
    return { default_generation_settings: { n_ctx: 4096 }, build_info: 'b6000-abc', model_path: 'tiny.gguf' }
  return path === '/version' && product === 'vllm' ? { version: '0.25.0' } : undefined
}

export function promptOf({ prompt, messages, input }: Record<string, unknown>): string {
  if (!Array.isArray(messages)) return text(prompt) || text(input)
  return messages.map((message: { content?: unknown }) => text(message.content)).join('\n')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
