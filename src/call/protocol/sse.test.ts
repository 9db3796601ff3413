import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HideUsage } from './hide-usage.ts'
import { protocolAt, type Said } from './index.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The bytes in pieces, cut at the given places. */
function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

/** All that a stream says, however it is cut. */
function read(stream: string, at: readonly number[] = [], path = '/v1/chat/completions') {
  const parser = protocolAt(path)!.stream()
  const said = cut(bytesOf(stream), at).flatMap((bytes) => parser.push(bytes))
  const { said: last, rest } = parser.end()
  return { said: [...said, ...last], rest }
}

const textOf = (said: readonly Said[]): string => said.map(({ content = '' }) => content).join('')
const finalsOf = (said: readonly Said[]): unknown[] => said.flatMap(({ final }) => final ?? [])

const chunk = (index: number, content: string, finish_reason: string | null = null): string =>
  JSON.stringify({ choices: [{ index, delta: { content }, finish_reason }], usage: null })
const usage = JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } })
const final = { prompt_eval_count: 3, eval_count: 2, done_reason: 'stop' }

const event = (data: string, newline: string): string => `data: ${data}${newline}${newline}`
const whole = (newline: string, end = event('[DONE]', newline)): string =>
  [chunk(0, 'Grüße, '), chunk(0, '日本🙂'), chunk(0, '', 'stop'), usage]
    .map((data) => event(data, newline))
    .join('') + end

const cuts = fc.array(fc.nat(2000), { maxLength: 40 })
const newlines = fc.constantFrom('\n', '\r\n', '\r')

describe('a stream of events', () => {
  test('split anywhere, with any line ends, it says the same', () => {
    fc.assert(
      fc.property(newlines, cuts, (newline, at) => {
        const { said, rest } = read(whole(newline), at)
        expect(textOf(said)).toBe('Grüße, 日本🙂')
        expect(finalsOf(said)).toEqual([final])
        expect(rest).toBe(false)
      }),
    )
  })

  test.each([
    ['a byte order mark', `\uFEFF${whole('\n')}`],
    ['comments, ids and retries', `: ping\n\n${whole('\n: keep-alive\n')}id: 4\nretry: 10\n\n`],
    ['no final newline', whole('\n', 'data: [DONE]')],
    ['no [DONE]', whole('\n', '')],
    ['no space after the colon', whole('\n').replaceAll('data: ', 'data:')],
    ['data on several lines', whole('\n').replaceAll(',"usage"', ',\ndata: "usage"')],
  ])('%s', (_name, stream) => {
    const { said, rest } = read(stream)
    expect(textOf(said)).toBe('Grüße, 日本🙂')
    expect(finalsOf(said)).toEqual([final])
    expect(rest).toBe(false)
  })

  test('an event of 5 MB in small pieces is one piece of text', () => {
    const long = 'ü'.repeat(2_500_000)
    const stream = event(chunk(0, long), '\n') + whole('\n')
    const places = Array.from({ length: 600 }, (_, i) => i * 8191)
    const { said } = read(stream, places)
    expect(said[0]?.content).toBe(long)
    expect(finalsOf(said)).toEqual([final])
  })

  test('interleaved choices are whole when each has its reason', () => {
    const open = [chunk(0, 'a'), chunk(1, 'b'), chunk(1, '', 'length'), chunk(0, 'c')].map((data) =>
      event(data, '\n'),
    )
    const unfinished = read(`${open.join('')}${event('[DONE]', '\n')}`)
    expect(finalsOf(unfinished.said)).toEqual([])
    expect(unfinished.said.at(-1)?.broken).toMatch(/finish_reason/)
    const { said } = read([...open, event(chunk(0, '', 'stop'), '\n'), event('[DONE]', '\n')].join(''))
    expect(textOf(said)).toBe('abc')
    expect(finalsOf(said)).toEqual([{ done_reason: 'stop' }])
  })

  test('an event cut off in the middle is no event', () => {
    const { said, rest } = read(event(chunk(0, 'a'), '\n') + 'data: {"choices":[{"ind')
    expect(textOf(said)).toBe('a')
    expect(rest).toBe(true)
  })

  test.each([
    ['an object', '{"error":{"message":"out of\\nmemory"}}', 'out of memory'],
    ['text', '{"error":"overloaded"}', 'overloaded'],
    ['the older form of vLLM', '{"object":"error","message":"too long","code":400}', 'too long'],
  ])('an error as %s', (_name, data, message) => {
    expect(read(event(data, '\n')).said[0]).toEqual({ error: message })
  })

  test('a role, an empty piece, and null are no content; reasoning has several names', () => {
    const deltas = [{ role: 'assistant', content: '' }, { content: null }, {}]
    const reasoning = ['reasoning_content', 'reasoning', 'thinking'].map((name) => ({
      content: null,
      [name]: 'hm',
    }))
    const stream = [...deltas, ...reasoning].map((delta) =>
      event(JSON.stringify({ choices: [{ index: 0, delta }] }), '\n'),
    )
    const { said } = read(stream.join(''))
    const carrying = said.map(({ content, thinking, other }) => Boolean(content || thinking || other))
    expect(carrying).toEqual([false, false, false, true, true, true])
    expect(said.every(({ content }) => !content)).toBe(true)
  })

  test('events of /v1/responses that say nothing of the reply say nothing', () => {
    const types = [
      'response.created',
      'response.in_progress',
      'response.content_part.added',
      'response.output_text.done',
    ]
    const stream = types
      .map((type) => event(JSON.stringify({ type, response: { error: null } }), '\n'))
      .join('')
    expect(read(stream, [], '/v1/responses').said).toEqual([])
  })
})

describe('usage that was not asked for', () => {
  test('is taken out, and every other byte passes, however the stream is cut', () => {
    fc.assert(
      fc.property(newlines, cuts, fc.boolean(), (newline, at, isEnded) => {
        const stream = `: hello${newline}${newline}${whole(newline, isEnded ? undefined : 'data: [DONE]')}`
        const hiding = new HideUsage()
        const passed = cut(bytesOf(stream), at).map((bytes) => hiding.push(bytes))
        const text = Buffer.concat([...passed, hiding.rest()]).toString()
        // A cut between CR and LF leaves the LF, a blank line that says nothing.
        expect(text.replaceAll(/\r\n|\r/g, '\n').replaceAll(/\n{3}/g, '\n\n')).toBe(
          stream.replace(event(usage, newline), '').replaceAll(/\r\n|\r/g, '\n'),
        )
      }),
    )
  })

  test('bytes pass as they came where nothing is hidden, and at once where an event is whole', () => {
    const hiding = new HideUsage()
    const bytes = bytesOf(event(chunk(0, 'a'), '\n'))
    expect(hiding.push(bytes)).toEqual(bytes)
    const apart = bytesOf('data: {"choices":[{"usage":1}],"usage":{"a":1}}\n\n')
    expect(Buffer.from(hiding.push(apart)).equals(apart)).toBe(true)
  })
})
