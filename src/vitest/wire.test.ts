import { expect, test } from 'vitest'
import { trialOf } from '../../test/support/trials.ts'
import type { Trial } from '../schema/generated.ts'
import { forget, pack, receive, release, send, type Message } from './wire.ts'

const trial: Extract<Message, { kind: 'trial' }> = {
  kind: 'trial',
  trial: trialOf({ role: 'baseline', block: 1, over: { output: { text: 'ผิด \u2028 "x"' } } }),
}
const artifact = (message: unknown) => ({
  type: 'vitest-chimera' as const,
  text: JSON.stringify(message),
})
const messagesOf = (artifacts: readonly { type: string }[]): Message[] =>
  artifacts.flatMap((one) => receive(one) ?? [])

test("what is sent arrives, through Vitest's own channel", async ({ task }) => {
  await send(task, trial)
  await send(task, { kind: 'notice', text: 'half way' })
  expect(messagesOf(task.artifacts)).toEqual([trial, { kind: 'notice', text: 'half way' }])
  expect(receive(task.artifacts[0]!)).toEqual(trial)
})

test('a message is JSON text, so a blob cannot bend it', async ({ task }) => {
  const exact: Message = {
    kind: 'trial',
    trial: trialOf({ role: 'baseline', block: 1, over: { duration: 0.1 + 0.2 } }),
  }
  await send(task, exact)
  const throughBlob = JSON.parse(JSON.stringify(task.artifacts)) as { type: string }[]
  expect(messagesOf(throughBlob)).toEqual([exact])
})

test('artifacts of others are left alone', () => {
  expect(receive({ type: 'internal:annotation' })).toBeUndefined()
  expect(messagesOf([{ type: 'other' }, artifact({ kind: 'notice', text: 'ours' })])).toEqual([
    { kind: 'notice', text: 'ours' },
  ])
})

test('each artifact is parsed and validated once, however often it is looked at', () => {
  const one = artifact(trial)
  const first = receive(one)!
  expect(receive(one)!).toBe(first)
  expect(messagesOf([one])[0]).toBe(first)
  expect(receive({ ...one })!).not.toBe(first)
})

test('what cannot be read is damaged, and so is a trial that its schema refuses', () => {
  const texts = ['{"kind":', 'null', '{"kind":5}'].map((text) =>
    receive({ type: 'vitest-chimera', text } as { type: string }),
  )
  for (const message of texts)
    expect(message).toEqual({
      kind: 'damaged',
      text: expect.stringMatching(/^A message from a worker cannot be read.*create the blob again/) as string,
    })
  const faulty = { kind: 'trial', trial: { ...trialOf({ role: 'baseline', block: 1 }), duration: null } }
  expect(receive(artifact(faulty))!).toEqual({
    kind: 'damaged',
    text: expect.stringContaining('left out: trial.duration: must be number but received null.') as string,
  })
})

test('a message that has been read needs no text, and one whose text is kept needs no object', () => {
  const one = artifact(trial)
  const message = receive(one)
  release(one)
  expect(one.text).toBe('')
  expect(messagesOf([one])).toEqual([message])
  const kept = artifact({ ...trial, trial: { ...trial.trial, output: 'again '.repeat(1000) } })
  const first = receive(kept)
  forget(kept)
  expect(receive(kept)).toEqual(first)
  expect(receive(kept)).not.toBe(first)
  const text = kept.text
  pack(kept)
  pack(kept)
  forget(kept)
  expect(kept.text.length).toBeLessThan(text.length)
  expect(receive(kept)).toEqual(first)
  const torn = { ...kept, text: kept.text.slice(0, -40) }
  expect(receive(torn)).toMatchObject({ kind: 'damaged' })
  const short = artifact({ kind: 'notice', text: 'short' })
  pack(short)
  expect(short.text).toContain('short')
})

test('of a sound trial is kept what its reader makes of it, once', () => {
  const seen: number[] = []
  const keep = (one: Trial): Trial => ({ ...one, block: seen.push(one.block) + 10 })
  const one = artifact(trial)
  for (let i = 0; i < 2; i++)
    expect(receive(one, keep)).toEqual({ ...trial, trial: { ...trial.trial, block: 11 } })
  receive(artifact({ ...trial, trial: { ...trial.trial, duration: null } }), keep)
  receive(artifact({ kind: 'notice', text: 'ours' }), keep)
  expect(seen).toEqual([1])
})
