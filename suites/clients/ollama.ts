import type { Message } from 'ollama'
import type { Agent } from 'vitest-chimera'
import { prompt, runTool, system, tools } from './task.ts'

/** With the official client of Ollama: the loop is the agent's own. */
export const withOllama: Agent = async ({ ollama, model }) => {
  const messages: Message[] = [
    { role: 'system', content: system },
    { role: 'user', content: prompt },
  ]
  for (;;) {
    const reply: Message & { tool_calls: NonNullable<Message['tool_calls']> } = {
      role: 'assistant',
      content: '',
      tool_calls: [],
    }
    for await (const { message } of await ollama.chat({ model, messages, tools, stream: true })) {
      reply.content += message.content
      reply.tool_calls.push(...(message.tool_calls ?? []))
    }
    if (reply.tool_calls.length === 0) return reply.content
    messages.push(reply)
    for (const { function: call } of reply.tool_calls)
      messages.push({ role: 'tool', tool_name: call.name, content: runTool(call.name) })
  }
}
