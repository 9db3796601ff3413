import { expect, test } from 'vitest'
import { DEFAULT_KEEP_ALIVE, ollama } from './ollama.ts'
import type { Additions, Body } from './protocol.ts'

const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024, temperature: 0.6 } }
const complete = (body: Body, additions: Additions): Body => ollama('generate').complete(body, additions).body
const trial = { arm, seed: 7, nonce: '[n0nce]' }

test('model, options, seed and keep_alive are filled in', () => {
  expect(complete({ prompt: 'Hi', stream: true }, trial)).toEqual({
    model: 'tiny',
    prompt: '[n0nce]\nHi',
    stream: true,
    options: { seed: 7, num_ctx: 1024, temperature: 0.6 },
    keep_alive: DEFAULT_KEEP_ALIVE,
  })
})

test('what the call sets stands, key by key', () => {
  const body = { model: 'other', prompt: 'Hi', options: { temperature: 0, seed: 1 }, keep_alive: 0 }
  expect(complete(body, trial)).toMatchObject({
    model: 'other',
    keep_alive: 0,
    options: { num_ctx: 1024, temperature: 0, seed: 1 },
  })
})

test("the arm's seed and keep_alive come before the trial's", () => {
  const own = { ...arm, options: { seed: 42 }, keep_alive: '1h' }
  expect(complete({ prompt: 'Hi' }, { ...trial, arm: own })).toMatchObject({
    keep_alive: '1h',
    options: { seed: 42 },
  })
})

test('the nonce heads what the model reads first', () => {
  expect(complete({ prompt: 'Hi', system: 'Be brief.' }, trial)).toMatchObject({
    prompt: '[n0nce]\nHi',
    system: '[n0nce]\nBe brief.',
  })
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ]
  expect(complete({ messages }, trial)['messages']).toEqual([
    { role: 'system', content: '[n0nce]\nBe brief.' },
    messages[1],
  ])
  expect(messages[0]?.content).toBe('Be brief.')
})

test.each([{ prompt: '' }, {}, { messages: [] }, { prompt: '', system: 'x' }])(
  'a preload is left alone: %o',
  (body) => {
    expect(complete(body, trial)).toMatchObject(body)
  },
)

test('no nonce, no change', () => {
  expect(complete({ prompt: 'Hi', system: 'x' }, { ...trial, nonce: undefined })).toMatchObject({
    prompt: 'Hi',
    system: 'x',
  })
})
