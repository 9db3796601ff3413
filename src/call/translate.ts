import type { ChatResponse, ToolCall } from 'ollama'
import { objectOf, parseJson } from '../json.ts'
import { callErrors } from './messages.ts'
import { Text, type ChatInput, type Gathering, type Generated, type GenerateInput } from './gathering.ts'
import { textOf, type Body, type Final, type Said } from './protocol/index.ts'

/** What both kinds of call may set, and may leave open. */
type Shared = { [K in 'format' | 'think']: GenerateInput[K] | undefined }
type Messages = NonNullable<ChatInput['messages']>

/** `generate` on a server that speaks OpenAI's protocol: a chat of one message, so that the model's template is applied as Ollama does. */
export function openAiGenerate(request: GenerateInput): Gathering<Generated> {
  const { prompt, system, images, raw, format, think, options, ...others } = request
  refuseOthers(others)
  const reply = new Reply()
  const user = { role: 'user', content: prompt, ...(images && { images }) }
  const messages = [...(system ? [{ role: 'system', content: system }] : []), user]
  const body = raw ? { prompt } : { messages: translateMessages(messages) }
  return {
    path: raw ? '/v1/completions' : '/v1/chat/completions',
    body: { ...body, ...translateShared({ format, think }), stream: true },
    options,
    take: (said) => reply.take(said),
    result: () => reply.generated(),
  }
}

/** `chat`, the same. */
export function openAiChat(request: ChatInput): Gathering<ChatResponse> {
  const { messages = [], tools, format, think, options, ...others } = request
  refuseOthers(others)
  const reply = new Reply()
  return {
    path: '/v1/chat/completions',
    body: {
      messages: translateMessages(messages),
      ...(tools && { tools }),
      ...translateShared({ format, think }),
      stream: true,
    },
    options,
    take: (said) => reply.take(said),
    result: () => reply.chat(),
  }
}

function refuseOthers(others: object): void {
  const name = Object.entries(others).find(([, value]) => value !== undefined)?.[0]
  if (name !== undefined) throw callErrors.refusedField(name)
}

function translateShared({ format, think }: Shared): Body {
  if (typeof think === 'boolean') throw callErrors.thinksOrNot(think)
  const schema = { type: 'json_schema', json_schema: { name: 'reply', schema: format } }
  return {
    ...(think !== undefined && { reasoning_effort: think }),
    ...(format && { response_format: typeof format === 'string' ? { type: 'json_object' } : schema }),
  }
}

/** Tool calls have ids there, and their answers name them: an answer belongs to the first call of its tool that has none. */
function translateMessages(messages: Messages): Body[] {
  const open: { id: string; name: string }[] = []
  return messages.map(({ role, content, images, tool_calls, tool_name }, n) => {
    if (role === 'tool') {
      const at = open.findIndex(({ name }) => tool_name === undefined || name === tool_name)
      const [answered] = open.splice(Math.max(0, at), 1)
      return { role, content, tool_call_id: answered?.id ?? `call_${n}` }
    }
    const calls = (tool_calls ?? []).map(({ function: { name, arguments: given } }, i) => {
      const id = `call_${n}_${i}`
      open.push({ id, name })
      return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } }
    })
    const pictures = (images ?? []).map((image) => ({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${String(image)}` },
    }))
    const parts = pictures.length > 0 ? [{ type: 'text', text: content }, ...pictures] : content
    return { role, content: parts, ...(calls.length > 0 && { tool_calls: calls }) }
  })
}

/** A reply as Ollama would give it. */
class Reply {
  #model = ''
  readonly #content = new Text()
  readonly #thinking = new Text()
  #final: Final = {}
  /** By their index in the reply, which is the server's to choose. */
  readonly #tools = new Map<number, { name: string; text: string }>()

  take({ object, content = '', thinking = '', final }: Said): void {
    this.#model ||= textOf(object?.['model'])
    this.#content.add(content)
    this.#thinking.add(thinking)
    if (final) this.#final = final
    const [choice] = Array.isArray(object?.['choices']) ? object['choices'].map(objectOf) : []
    // A streamed request may be answered whole.
    const calls = objectOf(choice?.['delta'] ?? choice?.['message'])['tool_calls']
    for (const call of Array.isArray(calls) ? calls.map(objectOf) : []) this.#addTool(call)
  }

  /** Arguments come in pieces, and parallel calls may alternate. */
  #addTool({ index, function: part }: Body): void {
    const at = typeof index === 'number' ? index : this.#tools.size
    const tool = this.#tools.get(at) ?? { name: '', text: '' }
    this.#tools.set(at, tool)
    tool.name += textOf(objectOf(part)['name'])
    tool.text += textOf(objectOf(part)['arguments'])
  }

  generated(): Generated {
    return { ...this.#ended(), response: this.#content.toString(), ...this.#thoughts() }
  }

  chat(): ChatResponse {
    const tool_calls = [...this.#tools.values()].map(({ name, text }): ToolCall => ({
      function: { name, arguments: objectOf(parseJson(text)) },
    }))
    const message = {
      role: 'assistant',
      content: this.#content.toString(),
      ...this.#thoughts(),
      ...(tool_calls.length > 0 && { tool_calls }),
    }
    return { ...this.#ended(), message }
  }

  #thoughts(): { thinking?: string } {
    const thinking = this.#thinking.toString()
    return thinking ? { thinking } : {}
  }

  /** Durations in nanoseconds, as Ollama has them; what the server did not say is absent, whatever the type promises. */
  #ended(): Omit<Generated, 'response'> {
    const figures = Object.entries(this.#final).map(([name, value]) =>
      name.endsWith('_duration') ? [name, Number(value) * 1e6] : [name, value],
    )
    const { done_reason = 'stop' } = this.#final
    const ended = { model: this.#model, created_at: new Date(), done: true, done_reason }
    return { ...ended, ...Object.fromEntries(figures) } as Omit<Generated, 'response'>
  }
}
