// Clients as a project has them: made when the module is imported, and unaware of any measuring.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOllama } from '@langchain/ollama'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import OpenAI from 'openai'
import type { Agent } from 'vitest-chimera'

const url = process.env['OLLAMA_HOST'] ?? ''
const openai = new OpenAI({ baseURL: url + '/v1', apiKey: 'none', maxRetries: 0 })
const provider = createOpenAICompatible({ name: 'local', baseURL: url + '/v1' })
const chain = new ChatOllama({ baseUrl: url, model: 'tiny' })
const chainOpenAI = new ChatOpenAI({
  model: 'tiny',
  apiKey: 'none',
  configuration: { baseURL: url + '/v1' },
})
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } } }),
  execute: async () => 'rain',
})

/** One agent, written with each of them. */
export const agent: Agent = async ({ model, stage }) => {
  const prompt = 'Hi'
  const messages = [{ role: 'user' as const, content: prompt }]
  const said: Record<string, unknown> = {}
  said.openai = await stage('openai', async () => {
    let text = ''
    const chunks = await openai.chat.completions.create({ model, messages, stream: true })
    for await (const { choices } of chunks) text += choices[0]?.delta.content ?? ''
    return text
  })
  said.plain = await stage(
    'plain',
    async () => (await openai.chat.completions.create({ model, messages })).choices[0]?.message.content,
  )
  said.ai = await stage('ai', async () => streamText({ model: provider(model), prompt, maxRetries: 0 }).text)
  said.tools = await stage(
    'tools',
    async () =>
      (
        await generateText({
          model: provider(model),
          prompt,
          tools: { weather },
          stopWhen: isStepCount(5),
          maxRetries: 0,
        })
      ).text,
  )
  said.langchain = await stage('langchain', async () => (await chain.invoke(prompt)).content)
  // Two at once, of two protocols.
  await Promise.all([
    stage('left', async () => (said.left = (await chainOpenAI.invoke(prompt)).content)),
    stage('right', async () => (said.right = (await chain.invoke(prompt)).content)),
  ])
  return said
}
