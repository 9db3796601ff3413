import type {
  ChatRequest,
  ChatResponse,
  GenerateRequest,
  GenerateResponse,
  Logprob,
  Ollama,
  ToolCall,
} from 'ollama'
import type { Arm } from './arm.ts'

/** `generate` without what the arm decides. */
export type GenerateInput = Omit<GenerateRequest, 'model' | 'stream'>
/** `chat` without what the arm decides. */
export type ChatInput = Omit<ChatRequest, 'model' | 'stream'>
/** A whole reply; its text is never undefined. */
export type Generated = GenerateResponse & { response: string }

/** Streams a generate request and puts the pieces together: the final object with all the text. */
export async function collectGenerate(ollama: Ollama, arm: Arm, request: GenerateInput): Promise<Generated> {
  const parts = new Parts()
  let last: GenerateResponse | undefined
  for await (const part of await ollama.generate({
    ...shared(arm),
    ...request,
    model: arm.model,
    stream: true,
  })) {
    const { tool_calls } = part as { tool_calls?: ToolCall[] }
    parts.add(part.response, part.thinking, tool_calls, part.logprobs)
    last = part
  }
  const { content, ...others } = parts.all()
  return { ...(last as GenerateResponse), response: content, ...others }
}

/** Streams a chat request and puts the pieces together. */
export async function collectChat(ollama: Ollama, arm: Arm, request: ChatInput): Promise<ChatResponse> {
  const parts = new Parts()
  let last: ChatResponse | undefined
  for await (const part of await ollama.chat({
    ...shared(arm),
    ...request,
    model: arm.model,
    stream: true,
  })) {
    // A server may leave the message out of the final object.
    const message: Partial<ChatResponse['message']> = part.message ?? {}
    parts.add(message.content, message.thinking, message.tool_calls, part.logprobs)
    last = part
  }
  const { logprobs, ...said } = parts.all()
  const message = { ...last?.message, role: 'assistant', ...said }
  return { ...(last as ChatResponse), message, ...(logprobs && { logprobs }) }
}

/** What the arm adds to a request; what the request sets itself comes after it. */
function shared({ think, format }: Arm): Pick<Arm, 'think' | 'format'> {
  return { ...(think !== undefined && { think }), ...(format !== undefined && { format }) }
}

class Parts {
  #content = ''
  #thinking = ''
  readonly #tools: ToolCall[] = []
  readonly #logprobs: Logprob[] = []

  add(
    content: string | undefined,
    thinking: string | undefined,
    tools: ToolCall[] | undefined,
    logprobs: Logprob[] | undefined,
  ): void {
    this.#content += content ?? ''
    this.#thinking += thinking ?? ''
    this.#tools.push(...(tools ?? []))
    this.#logprobs.push(...(logprobs ?? []))
  }

  all(): { content: string; thinking?: string; tool_calls?: ToolCall[]; logprobs?: Logprob[] } {
    return {
      content: this.#content,
      ...(this.#thinking && { thinking: this.#thinking }),
      ...(this.#tools.length > 0 && { tool_calls: this.#tools }),
      ...(this.#logprobs.length > 0 && { logprobs: this.#logprobs }),
    }
  }
}
