import { Ollama, type GenerateResponse } from 'ollama'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { embedded, type RunningServer } from './index.ts'

let server: RunningServer
let ollama: Ollama

beforeAll(async () => {
  server = await embedded().start()
  ollama = new Ollama({ host: server.url })
})
afterAll(() => server.stop())

async function reply(prompt: string, options: object): Promise<{ pieces: string[]; reason: string }> {
  const chunks: GenerateResponse[] = []
  const stream = await ollama.generate({ model: 'gemma3', prompt, options, stream: true })
  for await (const chunk of stream) chunks.push(chunk)
  return {
    pieces: chunks.map(({ response = '' }) => response).slice(0, -1),
    reason: chunks.at(-1)!.done_reason,
  }
}

test('replies come to an end, are long enough to measure, and do not loop', async () => {
  const lengths: number[] = []
  for (let seed = 0; seed < 30; seed++) {
    const { pieces, reason } = await reply(`Trial ${seed}. Analyze the files and write a report.`, { seed })
    expect(reason).toBe('stop')
    lengths.push(pieces.length)
    for (let index = 30; index < pieces.length; index++) {
      expect(new Set(pieces.slice(index - 30, index + 1)).size).toBeGreaterThan(1)
    }
  }
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(90)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(400)
  expect(new Set(lengths).size).toBeGreaterThan(3)
})

test('under a schema it writes lists that fit their keys, whole and short', async () => {
  const list = { type: 'array', minItems: 2, maxItems: 3, items: { type: 'string', maxLength: 200 } }
  const format = {
    type: 'object',
    properties: { findings: list, recommendations: list },
    required: ['findings', 'recommendations'],
  }
  for (let seed = 0; seed < 30; seed++) {
    const options = { seed, temperature: seed < 15 ? 0.8 : 1.5 }
    const { response, eval_count } = await ollama.generate({
      model: 'gemma3',
      prompt: `Trial ${seed}. Analyze the files and answer in JSON.`,
      format,
      options,
    })
    expect(eval_count).toBeLessThan(100)
    const { findings, recommendations } = JSON.parse(response!) as Record<string, string[]>
    expect([findings!.length, recommendations!.length].every((items) => items === 2 || items === 3)).toBe(
      true,
    )
    expect(findings!.join(' ')).toMatch(/^(Cold calls|Long replies|Larger prompts) /)
    expect(recommendations!.join(' ')).toMatch(/^(Measure|Repeat|Compare) /)
  }
})

test.each([
  ['greedy', { temperature: 0 }],
  ['hot', { temperature: 1.5 }],
  ['without a repeat penalty', { repeat_penalty: 1 }],
  ['with a strong one', { repeat_penalty: 2 }],
])('%s, it still writes a report', async (_name, options) => {
  const { pieces, reason } = await reply('Write a report.', { seed: 1, ...options })
  expect(reason).toBe('stop')
  expect(pieces.join('').match(/## [\w ]+/g)).toEqual([
    '## Executive Summary',
    '## Data Ingestion Summary',
    '## Performance Analysis',
    '## Key Findings',
    '## Recommendations',
    '## Conclusion',
  ])
})

test('another prompt gets another report, at the same seed and without chance', async () => {
  const options = { temperature: 0, seed: 1 }
  const texts = await Promise.all(
    ['A1', 'B2', 'C3', 'D4'].map((nonce) => reply(`${nonce} Write a report.`, options)),
  )
  expect(new Set(texts.map(({ pieces }) => pieces.join(''))).size).toBeGreaterThan(1)
})
