import { expect, test } from 'vitest'
import { embed } from './embed.ts'
import type { Backend } from './inference.ts'

test('a context that cannot be made gives its place and its runner back', async () => {
  const given: string[] = []
  const runner = {
    context: { contextSize: 8 },
    model: {
      tokens: {},
      tokenize: () => [1],
      createEmbeddingContext: () => Promise.reject(new Error('no memory')),
    },
    queue: { enter: () => Promise.resolve(() => given.push('place')) },
  }
  const engine = { use: () => Promise.resolve(runner), release: () => given.push('runner') }
  const { signal } = new AbortController()
  await expect(embed({ engine } as unknown as Backend, { input: 'Hi' }, signal)).rejects.toThrow('no memory')
  expect(given).toEqual(['place', 'runner'])
})
