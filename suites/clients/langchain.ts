import {
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type AIMessageChunk,
  type BaseMessage,
} from '@langchain/core/messages'
import { ChatOllama } from '@langchain/ollama'
import type { Agent } from 'vitest-chimera'
import { prompt, runTool, system, tools } from './task.ts'

/** With LangChain's ChatOllama: the loop is the agent's own. */
export const withLangChain: Agent = async ({ fetch, host, model, signal }) => {
  const chat = new ChatOllama({ model, baseUrl: host, fetch }).bindTools(tools)
  const messages: BaseMessage[] = [new SystemMessage(system), new HumanMessage(prompt)]
  for (;;) {
    const chunks: AIMessageChunk[] = []
    for await (const chunk of await chat.stream(messages, { signal })) chunks.push(chunk)
    const reply = chunks.reduce((whole, chunk) => whole.concat(chunk))
    if (!reply.tool_calls?.length) return reply.text
    messages.push(reply)
    for (const { id = '', name } of reply.tool_calls)
      messages.push(new ToolMessage({ tool_call_id: id, name, content: runTool(name) }))
  }
}
