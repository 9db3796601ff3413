/**
 * From messages to tokens, as Ollama goes about it: the oldest messages are left out until the rest fits the
 * context (system messages and the last one always stay), and what is still too long loses its middle.
 */
import type { ChatHistoryItem, ChatWrapper, LlamaModel, Token } from 'node-llama-cpp'
import { HttpError } from './http.ts'

export interface Message {
  role: string
  content: string
}

/** The tiny model's chat template, a common one (Zephyr's); `renderTiny` has the same rules as a function. */
export const tinyTemplate = `{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}`

/** Turns messages into tokens by the model's own template. */
export type Renderer = (model: LlamaModel, messages: readonly Message[]) => Token[]

/** The renderer for a model file. Slow for templates of unknown kind, so it is made once. */
export async function rendererFor(model: LlamaModel): Promise<Renderer> {
  if (model.fileInfo.metadata.tokenizer.chat_template === tinyTemplate) return tiny
  const { resolveChatWrapper } = await import('node-llama-cpp')
  const wrapper = resolveChatWrapper(model, { warningLogs: false })
  return (loaded, messages) => wrapped(wrapper, loaded, messages)
}

/** Tokens of plain text, the begin token in front if the model wants one. */
export function tokenize(model: LlamaModel, text: string): Token[] {
  return withBegin(model, model.tokenize(text, true))
}

/** Tokens of a conversation that fits into `contextSize`, as far as leaving messages out can do it. */
export function fittingTokens(
  model: LlamaModel,
  render: Renderer,
  messages: readonly Message[],
  contextSize: number,
): Token[] {
  for (let start = 0; ; start++) {
    const system = messages.slice(0, start).filter(({ role }) => role === 'system')
    const tokens = render(model, [...system, ...messages.slice(start)])
    if (tokens.length <= contextSize || start >= messages.length - 1) return tokens
  }
}

/** Cuts a prompt to the context: its head of `keep` tokens stays, and as much of its tail as fits. */
export function truncated(tokens: Token[], contextSize: number, keep: number, allowed: boolean): Token[] {
  if (tokens.length <= contextSize) return tokens
  if (!allowed) throw new HttpError(400, 'the input length exceeds the context length')
  const head = Math.min(keep < 0 ? tokens.length : keep, contextSize - 1)
  return [...tokens.slice(0, head), ...tokens.slice(head + tokens.length - contextSize)]
}

function tiny(model: LlamaModel, messages: readonly Message[]): Token[] {
  return tokenize(model, renderTiny(messages, model.tokens.eosString ?? ''))
}

/** The prompt that makes the model answer the last message, or go on with it if it is the assistant's own. */
function renderTiny(messages: readonly Message[], end: string): string {
  const text = messages
    .map(({ role, content }) => `<|${role === 'tool' ? 'user' : role}|>\n${content}${end}\n`)
    .join('')
  if (messages.at(-1)?.role === 'assistant') return text.slice(0, -end.length - 1)
  return `${text}<|assistant|>\n`
}

function wrapped(wrapper: ChatWrapper, model: LlamaModel, messages: readonly Message[]): Token[] {
  const chatHistory = messages.map(historyItem)
  if (messages.at(-1)?.role !== 'assistant') chatHistory.push({ type: 'model', response: [] })
  const { contextText } = wrapper.generateContextState({ chatHistory })
  return withBegin(model, contextText.tokenize(model.tokenizer))
}

function historyItem({ role, content }: Message): ChatHistoryItem {
  if (role === 'assistant') return { type: 'model', response: [content] }
  return role === 'system' ? { type: 'system', text: content } : { type: 'user', text: content }
}

function withBegin(model: LlamaModel, tokens: Token[]): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens
}
