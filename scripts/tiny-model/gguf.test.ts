import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALIGNMENT, toHalf, writeGguf } from './gguf.ts'

describe('toHalf', () => {
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [0.5, 0x3800],
    [65504, 0x7bff],
    [1e9, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -15, 0],
    [1 + 2047 / 2048, 0x4000],
  ])('%f is 0x%s', (value, bits) => {
    expect(toHalf(value)).toBe(bits)
  })

  test('is the nearest half within half a step', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -14, max: 65000, noNaN: true }), (value) => {
        const bits = toHalf(value)
        const back = 2 ** ((bits >> 10) - 15) * (1 + (bits & 0x3ff) / 1024)
        expect(Math.abs(back - value)).toBeLessThanOrEqual(value * 2 ** -11)
      }),
    )
  })
})

describe('writeGguf', () => {
  const file = writeGguf({ a: { type: 'u32', value: 7 }, b: { type: 'string', value: 'xyz' } }, [
    { name: 'one', shape: [3], type: 'f32', data: Float32Array.of(1, 2, 3) },
    { name: 'two', shape: [2, 2], type: 'f16', data: Float32Array.of(1, 2, 3, 4) },
  ])

  test('begins with magic, version, tensor count and key count', () => {
    expect(file.toString('latin1', 0, 4)).toBe('GGUF')
    expect(file.readUInt32LE(4)).toBe(3)
    expect(file.readBigUInt64LE(8)).toBe(2n)
    expect(file.readBigUInt64LE(16)).toBe(2n)
  })

  test('aligns the data and pads each tensor', () => {
    expect(file.length % ALIGNMENT).toBe(0)
    const data = file.length - 2 * ALIGNMENT
    expect(file.readFloatLE(data + 8)).toBe(3)
    expect(file.readUInt16LE(data + ALIGNMENT + 6)).toBe(toHalf(4))
  })
})
