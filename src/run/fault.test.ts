import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { runOn } from '../../test/support/run-suite.ts'
import { brokenCall, callOf } from '../../test/support/trials.ts'
import { startScriptedOllama, type Fault } from '../../test/scripted-ollama/index.ts'
import type { MadeCall } from '../call/index.ts'
import type { Call } from '../schema/generated.ts'
import { trialFaults } from '../schema/validate.ts'
import type { Agent } from './agent.ts'
import { wasRetried } from './fault.ts'

const REFUSED: Fault = { kind: 'status', status: 500, error: 'boom' }

/** What the first measured trial of an agent comes to, on a server that fails the first `times` calls of each prompt. */
async function firstOf(agent: Agent, fault: Fault, times = 1) {
  const seen = new Map<string, number>()
  await using server = await startScriptedOllama({
    call: { ttft: 5, per_token: 0.5, tokens: 20 },
    // The nonce makes each trial's prompts its own.
    plan: ({ prompt }) => {
      const count = (seen.get(prompt) ?? 0) + 1
      seen.set(prompt, count)
      return count > times || prompt.includes('sound') ? {} : { fault }
    },
  })
  const stop = new AbortController()
  const { trials, ending } = await runOn(server.url, {
    agent,
    blocks: { min: 1, max: 1 },
    signal: stop.signal,
    // The pauses between a client's attempts take seconds.
    onTrial: ({ valid }) => void (valid || stop.abort()),
  })
  for (const trial of trials) expect(trialFaults(trial)).toEqual([])
  const trial = trials.find(({ phase }) => phase === 'measure') ?? trials[0]
  return {
    valid: trial?.valid,
    reason: trial?.invalid_reason,
    output: trial?.output,
    calls: trial?.calls.map((call) => (call.valid ? true : call.reason)),
    ending,
  }
}

/** The official client as a project makes it: it repeats a failed request twice. */
const official: Agent = async ({ fetch, host, model }) => {
  const client = new OpenAI({ baseURL: `${host}/v1`, apiKey: 'unused', fetch })
  const messages = [{ role: 'user' as const, content: 'Hi' }]
  return (await client.chat.completions.create({ model, messages })).choices[0]?.message.content
}

describe('the official client', () => {
  test('a trial whose call it repeated with success counts as it ran', async () => {
    const trial = await firstOf(official, REFUSED)
    expect(trial).toMatchObject({
      valid: true,
      output: expect.stringMatching(/\w/) as string,
      calls: ['http_error', true],
    })
    expect(trial.ending).not.toHaveProperty('unusable')
  })

  test('a server that refuses every attempt makes the trial invalid', async () => {
    expect(await firstOf(official, REFUSED, Infinity)).toMatchObject({
      valid: false,
      reason: 'http_error',
      calls: ['http_error', 'http_error', 'http_error'],
    })
  }, 60_000)
})

describe('an agent that goes on after a call that failed', () => {
  const going =
    (...prompts: string[]): Agent =>
    async ({ generate }) => {
      for (const prompt of prompts) await generate({ prompt }).catch(() => {})
    }

  test.each<[string, Fault, string[], object]>([
    ['by the same call', REFUSED, ['x', 'x'], { valid: true, calls: ['http_error', true] }],
    [
      'by the same call after a connection that broke at once',
      { kind: 'reset' },
      ['x', 'x'],
      { valid: true, calls: ['truncated_stream', true] },
    ],
    ['by another call', REFUSED, ['x', 'sound'], { reason: 'http_error', calls: ['http_error', true] }],
    [
      'by the same call after a reply that had begun',
      { kind: 'reset', after: 3 },
      ['x', 'x'],
      { reason: 'truncated_stream', calls: ['truncated_stream', true] },
    ],
    [
      'by the same call after a reply that held an error',
      { kind: 'error_line' },
      ['x', 'x'],
      { reason: 'stream_error', calls: ['stream_error', true] },
    ],
  ])('%s', async (_, fault, prompts, expected) => {
    expect(await firstOf(going(...prompts), fault)).toMatchObject(expected)
  })
})

describe('a call is made again by the same request, from the same place, once it has failed', () => {
  const made = (call: Call, over: Partial<MadeCall> = {}): MadeCall => ({
    host: 'http://h',
    model: 'tiny',
    keepAlive: '60m',
    request: 'r',
    begun: call.valid,
    ...over,
    call,
  })
  const failed = { ...brokenCall('busy'), start: 10, duration: 5 }
  const again = callOf({ start: 15 })

  test.each<[string, boolean, MadeCall, MadeCall]>([
    ['it is', true, made(failed), made(again)],
    ['another request', false, made(failed), made(again, { request: 'other' })],
    ['another stage', false, made(failed), made({ ...again, stage: 's' })],
    ['another agent', false, made(failed), made({ ...again, agent: 'a' })],
    ['one that was under way', false, made(failed), made({ ...again, start: 14 })],
    ['one that failed as well', false, made(failed), made({ ...failed, start: 20 })],
    [
      'a call that never left',
      false,
      made(failed, { request: undefined }),
      made(again, { request: undefined }),
    ],
    ['a limit of the suite', false, made({ ...failed, reason: 'timeout' } as Call), made(again)],
  ])('%s', (_, expected, first, second) => {
    expect(wasRetried(first, [first, second])).toBe(expected)
    expect(wasRetried(second, [first, second])).toBe(false)
  })
})
