import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { jsonSchema, stepCountIs, streamText, tool } from 'ai'
import type { Agent } from 'vitest-chimera'
import { prompt, runTool, system, tools } from './task.ts'

/** With the AI SDK: `streamText` is the loop. */
export const withAiSdk: Agent = async ({ fetch, host, model, signal }) => {
  const provider = createOpenAICompatible({ name: 'local', baseURL: `${host}/v1`, fetch })
  const { text } = streamText({
    model: provider(model),
    system,
    prompt,
    tools: Object.fromEntries(
      tools.map(({ function: { name, description, parameters } }) => [
        name,
        tool({ description, inputSchema: jsonSchema(parameters), execute: () => runTool(name) }),
      ]),
    ),
    stopWhen: stepCountIs(8),
    abortSignal: signal,
  })
  return text
}
