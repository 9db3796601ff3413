import { expect, test } from 'vitest'
import { sameName } from './arm.ts'

test.each([
  ['tiny', 'tiny:latest', true],
  ['Tiny', 'tiny', true],
  ['library/tiny', 'tiny', true],
  ['registry.ollama.ai/library/tiny:latest', 'tiny', true],
  ['hf.co/user/repo:Q4_K_M', 'hf.co/user/repo:q4_k_m', true],
  ['localhost:5000/user/tiny', 'localhost:5000/user/tiny:latest', true],
  ['tiny:1b', 'tiny', false],
  ['user/tiny', 'tiny', false],
])('%s and %s: %s', (a, b, same) => {
  expect(sameName(a, b)).toBe(same)
  expect(sameName(b, a)).toBe(same)
})
