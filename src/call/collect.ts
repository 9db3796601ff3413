import type { ChatResponse, GenerateResponse, Logprob, ToolCall } from 'ollama'
import { objectOf, type JsonObject } from '../json.ts'
import type { Arm } from './arm.ts'
import { Text, type ChatInput, type Gathering, type Generated, type GenerateInput } from './gathering.ts'
import type { Said } from './protocol/index.ts'
import { openAiChat, openAiGenerate } from './translate.ts'

/** Makes text of an image, which may be given as bytes or as the path of a file. */
type Encode = (image: Uint8Array | string) => Promise<string>

/** One generate call: the final object with all the text. */
export async function gatherGenerate(
  arm: Arm,
  request: GenerateInput,
  encode: Encode,
): Promise<Gathering<Generated>> {
  const input = { ...shared(arm), ...request, ...(await images(request.images, encode)) }
  if (arm.api === 'openai') return openAiGenerate(input)
  const parts = new Parts()
  return {
    ...asked('/api/generate', arm, input),
    take: (said) => parts.add(said),
    result() {
      const { content, ...others } = parts.all()
      return { ...(parts.last as unknown as GenerateResponse), response: content, ...others }
    },
  }
}

/** One chat call, the same. */
export async function gatherChat(
  arm: Arm,
  request: ChatInput,
  encode: Encode,
): Promise<Gathering<ChatResponse>> {
  const given = request.messages ?? []
  const messages = await Promise.all(
    given.map(async (one) => ({ ...one, ...(await images(one.images, encode)) })),
  )
  const input = { ...shared(arm), ...request, messages }
  if (arm.api === 'openai') return openAiChat(input)
  const parts = new Parts()
  return {
    ...asked('/api/chat', arm, input),
    take: (said) => parts.add(said),
    result() {
      const { logprobs, ...said } = parts.all()
      const last = parts.last as unknown as ChatResponse
      const message = { ...last.message, role: 'assistant', ...said }
      return { ...last, message, ...(logprobs && { logprobs }) }
    },
  }
}

function asked(path: string, { model }: Arm, input: object): Pick<Gathering<unknown>, 'path' | 'body'> {
  return { path, body: { ...input, model, stream: true } }
}

async function images(
  given: readonly (Uint8Array | string)[] | undefined,
  encode: Encode,
): Promise<{ images?: string[] }> {
  return given === undefined ? {} : { images: await Promise.all(given.map(encode)) }
}

/** What the arm adds to a request; what the request sets itself comes after it. */
function shared({ think, format }: Arm): Pick<Arm, 'think' | 'format'> {
  return { ...(think !== undefined && { think }), ...(format !== undefined && { format }) }
}

class Parts {
  /** The latest object: in the end the final one. */
  last: JsonObject = {}
  readonly #content = new Text()
  readonly #thinking = new Text()
  readonly #tools: ToolCall[] = []
  readonly #logprobs: Logprob[] = []

  add({ object = {}, content = '', thinking = '', other }: Said): void {
    this.last = object
    this.#content.add(content)
    this.#thinking.add(thinking)
    if (other)
      this.#tools.push(...((objectOf(object['message'])['tool_calls'] ?? object['tool_calls']) as ToolCall[]))
    if (Array.isArray(object['logprobs'])) this.#logprobs.push(...(object['logprobs'] as Logprob[]))
  }

  all(): { content: string; thinking?: string; tool_calls?: ToolCall[]; logprobs?: Logprob[] } {
    const thinking = this.#thinking.toString()
    return {
      content: this.#content.toString(),
      ...(thinking && { thinking }),
      ...(this.#tools.length > 0 && { tool_calls: this.#tools }),
      ...(this.#logprobs.length > 0 && { logprobs: this.#logprobs }),
    }
  }
}
