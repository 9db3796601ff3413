import { describe, expect, test } from 'vitest'
import { oneLine, visible } from './visible.ts'

describe('characters that deceive', () => {
  test('are shown, not obeyed', () => {
    expect(oneLine('\u001b[31mred\u001b[0m\u0007 \u009b2J')).toBe('␛[31mred␛[0m␇ ⟨U+009B⟩2J')
    expect(oneLine('safe\u202egnp.exe')).toBe('safe⟨U+202E⟩gnp.exe')
    expect(oneLine('a\r\nb\u2028c')).toBe('a b c')
    expect(visible('a\u200bb\u{e0041}\ud800')).toBe('a⟨U+200B⟩b⟨U+E0041⟩\ufffd')
  })

  test('are not confused with those that languages need', () => {
    expect(oneLine('नमस्ते می‌خواهم 👩‍💻')).toBe('नमस्ते می‌خواهم 👩‍💻')
    expect(visible('a\tb\nc')).toBe('a\tb\nc')
  })
})
