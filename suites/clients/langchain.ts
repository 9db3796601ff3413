import {
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type AIMessageChunk,
  type BaseMessage,
} from '@langchain/core/messages'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { ChatOllama } from '@langchain/ollama'
import { ChatOpenAI } from '@langchain/openai'
import type { Agent, AgentContext } from 'vitest-chimera'
import { prompt, runTool, system, tools } from './task.ts'

/** With LangChain's ChatOllama. */
export const withChatOllama: Agent = ({ fetch, host, model, signal }) =>
  converse(new ChatOllama({ model, baseUrl: host, fetch }), signal)

/** With LangChain's ChatOpenAI. */
export const withChatOpenAI: Agent = ({ fetch, host, model, signal }) =>
  converse(
    new ChatOpenAI({ model, apiKey: 'unused', configuration: { baseURL: `${host}/v1`, fetch } }),
    signal,
  )

/** The loop is the agent's own. */
async function converse(model: BaseChatModel, signal: AgentContext['signal']): Promise<string> {
  const chat = model.bindTools?.(tools)
  if (chat === undefined) throw new Error('this model takes no tools')
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
