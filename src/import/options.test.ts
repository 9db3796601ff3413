import { expect, test } from 'vitest'
import { asRequested } from './options.ts'

test('what was rounded to 32 bits is what its user wrote', () => {
  expect(
    asRequested({
      temperature: Math.fround(0.6),
      top_p: Math.fround(0.95),
      repeat_penalty: Math.fround(1.1),
      num_ctx: 1024,
      stop: 'x',
    }),
  ).toEqual({
    temperature: 0.6,
    top_p: 0.95,
    repeat_penalty: 1.1,
    num_ctx: 1024,
    stop: 'x',
  })
})

test('a number of 64 bits is left alone', () => {
  expect(asRequested({ temperature: 0.6 })).toEqual({ temperature: 0.6 })
})
