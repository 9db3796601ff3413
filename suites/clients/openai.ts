import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources'
import type { Agent } from 'vitest-chimera'
import { prompt, runTool, system, tools } from './task.ts'

/** With the openai package: the loop is the agent's own. */
export const withOpenAI: Agent = async ({ fetch, host, model, signal }) => {
  const { completions } = new OpenAI({ baseURL: `${host}/v1`, apiKey: 'unused', fetch }).chat
  const messages: ChatCompletionMessageParam[] = [
    { role: 'system', content: system },
    { role: 'user', content: prompt },
  ]
  for (;;) {
    const reply = await completions.stream({ model, messages, tools }, { signal }).finalMessage()
    if (!reply.tool_calls?.length) return reply.content
    messages.push(reply)
    for (const call of reply.tool_calls) {
      if (call.type === 'function')
        messages.push({ role: 'tool', tool_call_id: call.id, content: runTool(call.function.name) })
    }
  }
}
