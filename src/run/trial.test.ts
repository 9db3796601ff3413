/** Odd agents: what each costs is its trial, told with a sentence that names its code. */
import { getEventListeners } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runOn } from '../../test/support/run-suite.ts'
import { startScriptedOllama, type ScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { trialFaults } from '../schema/validate.ts'
import type { Agent, AgentContext } from './agent.ts'

let server: ScriptedOllama
beforeAll(async () => {
  server = await startScriptedOllama({
    models: [{ name: 'tiny' }, { name: 'other' }],
    call: { ttft: 5, per_token: 0.5, tokens: 20 },
    rules: [
      { when: { prompt: 'slow' }, ttft: 5000 },
      { when: { prompt: 'endless' }, per_token: 5000 },
      { when: { prompt: 'broken' }, fault: { kind: 'status', status: 500, error: 'boom' } },
    ],
  })
})
afterAll(() => server.close())

const call = ({ generate }: AgentContext, prompt = 'x') => generate({ prompt })
const hostile = {
  get message(): string {
    throw new Error('no')
  },
  toString(): string {
    throw new Error('no')
  },
}

const now = performance.now.bind(performance)

/** What the first trial of an agent came to. */
async function firstOf(agent: Agent): Promise<{
  reason: string | undefined
  message: string | undefined
  output: unknown
  /** Whether each call came to its end. */
  valid: boolean[]
}> {
  const { trials } = await runOn(server.url, {
    agent,
    blocks: { min: 1, max: 1 },
    onTrial: () => void (performance.now = now),
  })
  for (const trial of trials) expect(trialFaults(trial)).toEqual([])
  const [first] = trials
  return {
    reason: first?.invalid_reason,
    message: first?.message,
    output: first?.output,
    valid: first?.calls.map(({ valid }) => valid) ?? [],
  }
}

describe('an odd name or clock', () => {
  test.each<[string, Agent, RegExp]>([
    [
      'an empty stage name',
      async (context) => context.stage('', () => call(context)),
      /Invalid name of a stage: Expected a non-empty string but received ""/,
    ],
    [
      'a stage name that is no string',
      async (context) => context.stage(5 as never, () => call(context)),
      /Invalid name of a stage: .*received 5/,
    ],
    [
      'an empty agent name',
      async (context) => context.as(' ', (own) => call(own)),
      /Invalid name of an agent: .*received " "/,
    ],
    [
      'a clock that was set back',
      async (context) => {
        await call(context)
        performance.now = () => now() - 1e6
      },
      /The agent changed the clock/,
    ],
  ])('%s', async (_, agent, sentence) => {
    expect(await firstOf(agent)).toMatchObject({
      reason: 'agent_error',
      message: expect.stringMatching(sentence) as string,
    })
  })
})

describe('the first cause in time', () => {
  const fails = async (): Promise<never> => {
    throw new Error('of my own')
  }

  test.each<[string, Agent, string, RegExp]>([
    [
      "the agent's own error beside an open call",
      (context) => Promise.all([call(context, 'slow'), fails()]),
      'agent_error',
      /The agent threw: of my own/,
    ],
    [
      "the agent's own error, for which it broke a call off",
      async ({ ollama, model }) => {
        const reply = await ollama.generate({ model, prompt: 'endless', stream: true })
        const read = async (): Promise<void> => {
          for await (const _ of reply);
        }
        ollama.abort()
        await read().catch(() => {})
        return fails()
      },
      'agent_error',
      /of my own/,
    ],
    [
      'a call that failed, beside an open one that began before it',
      (context) => Promise.all([call(context, 'slow'), call(context, 'broken')]),
      'http_error',
      /boom/,
    ],
    [
      'a call that failed, and then the agent',
      async (context) => call(context, 'broken').catch(fails),
      'http_error',
      /boom/,
    ],
    [
      'a call left open by an agent that is done',
      async (context) => void call(context, 'slow'),
      'truncated_stream',
      /returned before the reply was complete/,
    ],
  ])('%s', async (_, agent, reason, sentence) => {
    const found = await firstOf(agent)
    expect(found.reason).toBe(reason)
    expect(found.message).toMatch(sentence)
    expect(found.valid).toContain(false)
  })
})

describe('what an agent throws or returns', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['null', () => null, /The agent threw: null/],
    ['a sentence', () => new Error('Connection error.'), /The agent threw: Connection error\. Fix/],
    ['an object without a prototype', () => Object.create(null), /a value without a readable message/],
    [
      'one with a message all the same',
      () => Object.assign(Object.create(null), { message: 'bare' }),
      /The agent threw: bare/,
    ],
    ['one whose message and toString throw', () => hostile, /a value without a readable message/],
  ])('%s is thrown', async (_, thrown, sentence) => {
    const found = await firstOf(async (context) => {
      await call(context)
      throw thrown()
    })
    expect(found).toMatchObject({ reason: 'agent_error', message: expect.stringMatching(sentence) as string })
  })

  test('20,000 levels are returned', async () => {
    const found = await firstOf(async (context) => {
      await call(context)
      let deep: unknown = 'bottom'
      for (let i = 0; i < 20_000; i++) deep = [deep]
      return deep
    })
    expect(found.reason).toBeUndefined()
    expect(JSON.stringify(found.output)).toContain('[too deep]')
  })
})

test('an agent cannot change its arm or its options, nor a check the trial', async () => {
  for (const change of [
    (context: AgentContext) => void (context.options.temperature = 1),
    (context: AgentContext) => void (context.arm.model = 'other'),
    (context: AgentContext) => void (context.arm.options!.num_ctx = 1),
  ]) {
    const found = await firstOf(async (context) => {
      await call(context)
      change(context)
    })
    expect(found.reason).toBe('agent_error')
    expect(found.message).toMatch(/read only|not extensible/)
  }
  const { trials } = await runOn(server.url, {
    agent: async (context) => (await call(context)).response,
    blocks: { min: 1, max: 1 },
    checks: [({ calls }) => void Object.assign(calls[0]!, { ttft: -1 })],
  })
  expect(trials.every((trial) => trial.calls[0]!.ttft! > 0)).toBe(true)
})

test('the stage of a running trial is known where there is one, and which models its calls ask for', async () => {
  const seen: unknown[] = []
  let stage = (): string | undefined => 'not begun'
  const look = async (): Promise<void> => void seen.push(stage())
  const { trials } = await runOn(server.url, {
    blocks: { min: 1, max: 1 },
    onBegin: async (begun) => {
      seen.push([begun.phase, begun.block, begun.stage()])
      ;({ stage } = begun)
    },
    agent: async (context) => {
      await look()
      await context.stage('plan', async () => {
        await context.ollama.generate({ model: 'other', prompt: 'x' })
        await context.stage('inner', look)
        await look()
      })
      const { promise, resolve } = Promise.withResolvers<void>()
      const one = ({ stage: within }: AgentContext): Promise<void> => within('a', look).then(resolve)
      await Promise.all([context.stage('b', () => promise), context.as('one', one)])
      return (await call(context)).response
    },
  })
  const each = [undefined, 'inner', 'plan', undefined]
  expect(seen.slice(0, 5)).toEqual([['warmup', 0, undefined], ...each])
  expect(seen.at(-5)).toEqual(['measure', 1, undefined])
  expect(trials[0]!.calls.map(({ model, response_model: replied }) => [model, replied])).toEqual([
    ['other', 'other'],
    [undefined, 'tiny'],
  ])
})

test('a trial leaves nothing behind at the signal of its run, however it ends', async () => {
  const { signal } = new AbortController()
  let turn = 0
  const agent: Agent = async (context) => {
    await call(context, turn++ % 2 === 0 ? 'x' : 'broken')
  }
  const { trials } = await runOn(server.url, { agent, signal, blocks: { min: 1, max: 1 } })
  expect(new Set(trials.map(({ valid }) => valid))).toEqual(new Set([true, false]))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
