import { expect, test, vi } from 'vitest'
import { LONGEST_TIMER, roundMs } from './clock.ts'

test.each([
  [1.234_567, 1.235],
  [0.000_4, 0],
  [-0.2, 0],
  [20, 20],
])('%f ms is %f ms to the microsecond', (duration, shown) => {
  expect(roundMs(duration)).toBe(shown)
})

test('the longest timer is kept, one longer is not', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  clearTimeout(setTimeout(() => {}, LONGEST_TIMER))
  expect(warned).not.toHaveBeenCalled()
  clearTimeout(setTimeout(() => {}, LONGEST_TIMER + 1))
  expect(warned).toHaveBeenCalledWith(expect.any(String), 'TimeoutOverflowWarning')
  warned.mockRestore()
})
