import fc from 'fast-check'
import { expect, test } from 'vitest'
import { studentQuantile, studentTail } from './index.ts'

test.each([
  // SciPy: t.ppf(p, df)
  [0.975, 1, 12.706204736174694],
  [0.975, 5, 2.5705818356363146],
  [0.975, 19, 2.0930240544083087],
  [0.995, 30, 2.7499956535672254],
  [0.9, 2.5, 1.7302509288071766],
  [0.999, 20, 3.5518083432033323],
  [0.975, 200, 1.9718962236339088],
])('the %d quantile with %d degrees of freedom', (p, df, t) => {
  expect(studentQuantile(p, df)).toBeCloseTo(t, 9)
  expect(studentQuantile(1 - p, df)).toBeCloseTo(-t, 9)
})

test.each([
  // SciPy: t.sf(t, df)
  [2, 10, 0.03669401738537018],
  [5, 3, 0.007696219036651147],
  [0.1, 40, 0.4604219265226401],
  [-1, 7, 0.8246916685898963],
  [30, 4.5, 1.17198714939426e-6],
])('the tail beyond %d with %d degrees of freedom', (t, df, p) => {
  expect(studentTail(t, df) / p).toBeCloseTo(1, 9)
})

test('quantile and tail undo each other', () => {
  const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
  fc.assert(
    fc.property(share, fc.double({ min: 0.6, max: 500, noNaN: true }), (p, df) => {
      expect(studentTail(studentQuantile(p, df), df)).toBeCloseTo(1 - p, 9)
    }),
    { numRuns: 50 },
  )
})

test('refuses by name what is no share and no number', () => {
  expect(() => studentQuantile(1, 5)).toThrow('Invalid p: expected a share between 0 and 1 but received 1.')
  expect(() => studentTail(1, 0)).toThrow(
    'Invalid degrees of freedom: expected a positive number but received 0.',
  )
  expect(() => studentTail(Number.NaN, 5)).toThrow('Invalid t')
})
