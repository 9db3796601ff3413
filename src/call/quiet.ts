import type { ChatRequest, GenerateRequest, Ollama } from 'ollama'

/** An agent may drop a call's promise; its failure is recorded, and must not surface as an unhandled rejection. */
export function dropped<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** The same client, whose promises may be dropped. */
export function quiet(client: Ollama): Ollama {
  const generate = client.generate.bind(client)
  const chat = client.chat.bind(client)
  return Object.assign(client, {
    generate: (request: GenerateRequest & { stream?: false }) => dropped(generate(request)),
    chat: (request: ChatRequest & { stream?: false }) => dropped(chat(request)),
  })
}
