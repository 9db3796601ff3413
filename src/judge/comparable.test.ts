import { expect, test } from 'vitest'
import { planFor } from '../../test/support/trials.ts'
import { differences } from './comparable.ts'
import type { ArmFacts } from './plan.ts'

const DIGEST_A = `sha256:${'a'.repeat(64)}`
const DIGEST_B = 'b'.repeat(64)
const facts = (over: Partial<ArmFacts> = {}): ArmFacts => ({
  server: { kind: 'ollama', version: '0.24.0' },
  digest: DIGEST_A,
  quantization: 'Q4_K_M',
  effective: {},
  ...over,
})
const between = (candidate: Partial<ArmFacts>, compare?: 'models' | 'hosts' | ('models' | 'hosts')[]) =>
  differences(planFor(compare === undefined ? {} : { compare }), facts(), facts(candidate))

test('equal facts do not differ', () => {
  expect(between({})).toEqual([])
})

test.each<[Partial<ArmFacts>, string, string]>([
  [{ digest: DIGEST_B }, 'models', 'model digest aaaaaaaaaaaa against bbbbbbbbbbbb'],
  [{ quantization: 'Q8_0' }, 'models', 'quantization Q4_K_M against Q8_0'],
  [{ server: { kind: 'embedded', version: '0.24.0' } }, 'hosts', 'server ollama against embedded'],
  [{ server: { kind: 'ollama', version: '0.25.1' } }, 'hosts', 'server version 0.24.0 against 0.25.1'],
])('%j is told, unless the suite compares %s', (candidate, flag, text) => {
  expect(between(candidate)).toEqual([{ flag, text }])
  expect(between(candidate, flag as 'models')).toEqual([])
  expect(between(candidate, flag === 'models' ? 'hosts' : 'models')).toHaveLength(1)
})

test('several differences are all told, and both words allow them', () => {
  const candidate = { digest: DIGEST_B, server: { kind: 'ollama', version: '1.0.0' } as const }
  expect(between(candidate).map(({ flag }) => flag)).toEqual(['models', 'hosts'])
  expect(between(candidate, ['models', 'hosts'])).toEqual([])
})

test('what is not known is not held against an arm', () => {
  const { digest: _, quantization: __, ...unknown } = facts({ server: { kind: 'ollama' } })
  expect(differences(planFor(), facts(), unknown)).toEqual([])
})
