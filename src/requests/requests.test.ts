import { describe, expect, test } from 'vitest'
import { brokenCall, trialOf } from '../../test/support/trials.ts'
import type { Body, MadeRequest } from '../call/protocol/protocol.ts'
import type { RequestDifference, Role } from '../schema/generated.ts'
import { RequestLog } from './index.ts'

type Call = Body & { stage?: string | null; endpoint?: 'generate' | 'chat' }

const requests = (calls: readonly Call[]): MadeRequest[] =>
  calls.map(({ stage = null, endpoint = 'generate', ...body }) => ({ stage, endpoint, body }))

interface Given {
  base: readonly Call[]
  head: readonly Call[]
  /** Of the warm-ups; none unless given. */
  earlier?: { base: readonly Call[]; head: readonly Call[] }
}

/** What comes of one block. */
function compare({ base, head, earlier }: Given): RequestDifference | undefined {
  const log = new RequestLog()
  const add = (phase: 'warmup' | 'measure', role: Role, calls: readonly Call[]): void =>
    log.add(trialOf({ role, phase, block: phase === 'warmup' ? 0 : 1 }), requests(calls))
  if (earlier !== undefined) {
    add('warmup', 'baseline', earlier.base)
    add('warmup', 'candidate', earlier.head)
  }
  add('measure', 'candidate', head)
  add('measure', 'baseline', base)
  return log.difference()
}

/** The changes of the only call. */
const changes = (base: Call, head: Call) => compare({ base: [base], head: [head] })?.calls[0]?.changes

const text = (n: number, extra: Record<number, string> = {}): string =>
  Array.from({ length: n }, (_, i) => extra[i] ?? `line ${i}`).join('\n')

describe('a request', () => {
  test('that is the same is no difference, whatever the order of its members', () => {
    expect(
      compare({
        base: [{ prompt: 'a', options: { num_ctx: 1, top_k: 2 } }],
        head: [{ options: { top_k: 2, num_ctx: 1 }, prompt: 'a' }],
      }),
    ).toBeUndefined()
  })

  test('differs in options, format, think, model and endpoint by name', () => {
    expect(
      changes(
        { model: 'a', options: { num_ctx: 1024, stop: ['x'], top_k: 1 }, think: true },
        { model: 'b', options: { num_ctx: 2048, stop: ['x'], seed: 7 }, format: 'json', endpoint: 'chat' },
      ),
    ).toEqual([
      { field: 'endpoint', kind: 'value', before: 'generate', after: 'chat' },
      { field: 'model', kind: 'value', before: 'a', after: 'b' },
      { field: 'options.num_ctx', kind: 'value', before: '1024', after: '2048' },
      { field: 'options.top_k', kind: 'value', before: '1' },
      { field: 'think', kind: 'value', before: 'true' },
      { field: 'options.seed', kind: 'value', after: '7' },
      { field: 'format', kind: 'value', after: 'json' },
    ])
  })

  test('shows the changed lines of a prompt with little around them', () => {
    expect(changes({ prompt: text(20) }, { prompt: text(20, { 3: 'changed', 15: 'line 15\nnew' }) })).toEqual(
      [
        {
          field: 'prompt',
          kind: 'text',
          removed: 1,
          added: 2,
          lines: ['…', ' line 2', '-line 3', '+changed', ' line 4', '…', ' line 15', '+new', ' line 16', '…'],
        },
      ],
    )
  })

  test('shows messages by role, one inserted before others alone', () => {
    const [system, user] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello.', images: ['aaaa'] },
    ]
    const [change] = changes(
      { messages: [system, user] },
      { messages: [system, { role: 'user', content: 'An example.' }, user] },
    )!
    expect(change).toMatchObject({ field: 'messages', added: 2, removed: 0 })
    expect(change!.lines!.slice(0, 4)).toEqual(['…', ' user:', '+An example.', '+user:'])
  })

  test('names tools that were added, removed or changed', () => {
    const tool = (name: string, description: string) => ({
      type: 'function',
      function: { name, description },
    })
    const found = changes(
      { tools: [tool('search', 'Finds.'), tool('read', 'Reads.'), tool('same', 'Same.')] },
      { tools: [tool('same', 'Same.'), tool('search', 'Searches.'), tool('write', 'Writes.')] },
    )!
    expect(found).toMatchObject([
      { field: 'tools.read', kind: 'value', before: expect.stringContaining('Reads.') },
      { field: 'tools.write', kind: 'value', after: expect.stringContaining('Writes.') },
      { field: 'tools.search', kind: 'text', removed: 1, added: 1 },
    ])
    expect(found).toHaveLength(3)
  })

  test('has names of one short line', () => {
    const [change] = changes({}, { options: { [`a\nb${'c'.repeat(100)}`]: 1 } })!
    expect(change!.field).toBe(`options.a b${'c'.repeat(69)}`)
  })

  test('that differs in white space alone is shown line by line', () => {
    expect(changes({ prompt: 'a b' }, { prompt: 'a  b' })).toEqual([
      { field: 'prompt', kind: 'text', removed: 1, added: 1, lines: ['-a b', '+a  b'] },
    ])
  })

  test('keeps images as digests', () => {
    const found = JSON.stringify(changes({ images: ['A'.repeat(500)] }, { images: ['B'.repeat(500)] }))
    expect(found).toMatch(/"before":"500 characters, SHA-256 [0-9a-f]{16}"/)
    expect(found).not.toMatch(/AAAA|BBBB/)
  })
})

describe('however much differs, it is bounded', () => {
  test('a change deep in a long line is in view', () => {
    const line = (word: string): string => `${'x'.repeat(50_000)}${word}${'y'.repeat(50_000)}`
    const [change] = changes({ prompt: line('old') }, { prompt: line('new') })!
    expect(change!.lines).toEqual([
      `-…${'x'.repeat(40)}old${'y'.repeat(117)}…`,
      `+…${'x'.repeat(40)}new${'y'.repeat(117)}…`,
    ])
  })

  test('of many lines and fields some are shown, and all are counted', () => {
    const other = text(3000).replaceAll('line', 'other')
    const [change] = changes({ prompt: text(3000) }, { prompt: `${other}\nend` })!
    expect(change).toMatchObject({ removed: 3000, added: 3001 })
    expect(change!.lines).toHaveLength(22)
    const scattered = text(
      400,
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i * 4, `new ${i}`])),
    )
    expect(changes({ prompt: text(400) }, { prompt: scattered })![0]!.lines).toHaveLength(41)
    const options = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`o${i}`, i]))
    const [call] = compare({ base: [{}], head: [{ options }] })!.calls
    expect([call!.changes.length, call!.omitted]).toEqual([20, 30])
  })

  test('a text beyond the limit differs by its digest', () => {
    const long = 'x'.repeat(300_000)
    const [change] = changes({ prompt: `${long}old` }, { prompt: `${long}new` })!
    expect(change).toMatchObject({ kind: 'text', removed: 1, added: 1 })
    expect(change!.lines!.at(-1)).toMatch(/^\+300003 characters, SHA-256/)
    const calls = (word: string): Call[] =>
      Array.from({ length: 30 }, (_, i) => ({ prompt: `${'x'.repeat(150_000)}${i < 25 ? '' : word}` }))
    expect(compare({ base: calls('old'), head: calls('new') })!.calls[0]!.index).toBe(25)
  })

  test('half a character is never kept', () => {
    const [change] = changes({ prompt: `${'😀'.repeat(200)}a` }, { prompt: `x${'😀'.repeat(200)}a` })!
    for (const line of change!.lines!) expect(line.isWellFormed()).toBe(true)
  })
})

describe('calls', () => {
  const call = (stage: string | null, prompt: string): Call => ({ stage, prompt })

  test('are compared in their order within stages, and the first of head is shown', () => {
    const found = compare({
      base: [call('a', 'one'), call('b', 'two'), call('b', 'three')],
      head: [call('b', 'two'), call('a', 'one'), call('b', 'other')],
    })
    expect(found).toEqual({
      block: 1,
      calls: [
        {
          index: 2,
          stage: 'b',
          changes: [{ field: 'prompt', kind: 'value', before: 'three', after: 'other' }],
        },
      ],
      counts: [],
    })
  })

  test('are told up to the third, and a change once', () => {
    const callsWith = (num_ctx: number, ...prompts: string[]): Call[] =>
      prompts.map((prompt) => ({ prompt, options: { num_ctx } }))
    const { calls } = compare({
      base: callsWith(1, 'a', 'b', 'c', 'd', 'e'),
      head: callsWith(2, 'a', 'b', 'new', 'newer', 'newest'),
    })!
    expect(calls.map(({ index, changes: all }) => [index, all.map(({ field }) => field)])).toEqual([
      [0, ['options.num_ctx']],
      [2, ['prompt']],
      [3, ['prompt']],
    ])
  })

  test('are counted where an arm makes more', () => {
    expect(
      compare({
        base: [call(null, 'one')],
        head: [call(null, 'one'), call('b', 'two'), call('b', 'three')],
      }),
    ).toEqual({ block: 1, calls: [], counts: [{ stage: 'b', baseline: 0, candidate: 2 }] })
  })

  test('are not counted where an arm varies by itself', () => {
    const [one, two] = [[call(null, 'a')], [call(null, 'a'), call(null, 'a')]]
    expect(compare({ base: one, head: two, earlier: { base: two, head: two } })).toBeUndefined()
    expect(compare({ base: one, head: two, earlier: { base: one, head: two } })!.counts).toHaveLength(1)
  })
})

describe('lines that vary from trial to trial', () => {
  const prompt = (instruction: string, reply: string): Call[] => [
    { prompt: `${instruction}\n\n${reply}\nEnd.` },
  ]

  test('are not held against the other arm', () => {
    expect(
      compare({
        base: prompt('Sum up.', 'one\n\ntwo'),
        head: prompt('Sum up.', 'three\n\nfour\n\nfive'),
        earlier: { base: prompt('Sum up.', 'six'), head: prompt('Sum up.', 'seven\n\neight') },
      }),
    ).toBeUndefined()
    expect(
      compare({
        base: [{ prompt: 'At 10:00' }],
        head: [{ prompt: 'At 10:01' }],
        earlier: { base: [{ prompt: 'At 09:58' }], head: [{ prompt: 'At 09:59' }] },
      }),
    ).toBeUndefined()
  })

  test('do not hide a line that changed', () => {
    const found = compare({
      base: prompt('Sum up.', 'one'),
      head: prompt('Sum up briefly.', 'two'),
      earlier: { base: prompt('Sum up.', 'three'), head: prompt('Sum up briefly.', 'four') },
    })
    expect(found!.calls[0]!.changes).toEqual([
      {
        field: 'prompt',
        kind: 'text',
        removed: 1,
        added: 1,
        lines: ['-Sum up.', '+Sum up briefly.', ' ', '…'],
      },
    ])
  })

  test('are shown where they are new', () => {
    const found = compare({
      base: [{ prompt: 'Hello' }],
      head: [{ prompt: 'Hello\nNow 10:01' }],
      earlier: { base: [{ prompt: 'Hello' }], head: [{ prompt: 'Hello\nNow 10:00' }] },
    })
    expect(found!.calls[0]!.changes[0]!.lines).toEqual([' Hello', '+Now 10:01'])
  })
})

describe('the log', () => {
  const [old, fresh] = [requests([{ prompt: 'old' }]), requests([{ prompt: 'new' }])]

  test('takes the first block in which both arms are valid, and is closed then', () => {
    const log = new RequestLog()
    log.add(trialOf({ role: 'baseline', block: 1 }), old)
    log.add(trialOf({ role: 'candidate', block: 1, call: brokenCall('timeout') }), fresh)
    log.add(trialOf({ role: 'candidate', block: 1, attempt: 2 }), fresh)
    expect([log.isOpen, log.difference()]).toEqual([true, undefined])
    log.add(trialOf({ role: 'candidate', block: 2 }), fresh)
    log.add(trialOf({ role: 'baseline', block: 2, phase: 'solo' }), fresh)
    log.add(trialOf({ role: 'baseline', block: 2 }), old)
    expect([log.isOpen, log.difference()?.block]).toEqual([false, 2])
    log.add(trialOf({ role: 'candidate', block: 3 }), old)
    expect(log.difference()?.block).toBe(2)
  })
})
