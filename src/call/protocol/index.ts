/**
 * The protocols that model servers speak. A protocol says how a request is completed and what the events of its reply
 * mean (protocol.ts); ollama.ts speaks Ollama's, a JSON object a line (ndjson.ts), chat-completions.ts and responses.ts
 * OpenAI's, server-sent events (sse.ts). What is measured and judged knows none of them.
 */
import { completions, embeddings } from './chat-completions.ts'
import { ollama } from './ollama.ts'
import type { Protocol } from './protocol.ts'
import { responses } from './responses.ts'

/** By the end of a path; OpenAI's endpoints may lie under any base URL. */
const ENDPOINTS: readonly [end: RegExp, protocol: Protocol][] = [
  [/\/api\/generate$/, ollama('generate')],
  [/\/api\/chat$/, ollama('chat')],
  [/\/api\/embed$/, ollama('embed')],
  [/\/chat\/completions$/, completions('chat_completions')],
  [/\/completions$/, completions('completions')],
  [/\/responses$/, responses],
  [/\/v1\/embeddings$/, embeddings],
]

/** The protocol of the model call that a POST to this path is; undefined for anything else. */
export function protocolAt(path: string): Protocol | undefined {
  return ENDPOINTS.find(([end]) => end.test(path))?.[1]
}

export { errorText, textOf } from './error-text.ts'
export { HideUsage } from './hide-usage.ts'
export { DEFAULT_KEEP_ALIVE } from './ollama.ts'
export { OPENAI_OPTIONS } from './openai-request.ts'
export type { Body, Final, MadeRequest, Parser, Protocol, Said } from './protocol.ts'
