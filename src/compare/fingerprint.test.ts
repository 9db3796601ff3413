import { describe, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import type { ArmReport } from '../schema/generated.ts'
import { differencesOf, isForbidden, isMeant } from './fingerprint.ts'
import type { Difference, Kind } from './model.ts'

const { environment, suites } = sampleRun('regressed').report
const arm = suites[0]!.arms[0]!

function changes(over: Partial<ArmReport>, machine: Partial<typeof environment> = {}): [string, Kind][] {
  const found = differencesOf(
    { environment, arm },
    { environment: { ...environment, ...machine }, arm: { ...arm, ...over } },
  )
  return found.map(({ part, kind }) => [part, kind])
}

describe('what differs', () => {
  test.each<[string, Partial<ArmReport>, [string, Kind][]]>([
    ['nothing', {}, []],
    ['the model', { digest: `sha256:${'b'.repeat(64)}` }, [['model digest', 'models']]],
    ['its quantization', { quantization: 'Q8_0' }, [['quantization', 'models']]],
    ['the tag, for one digest', { model: 'gemma3:4b' }, []],
    ['the server', { server: { kind: 'ollama', version: '9.9.9' } }, [['server version', 'hosts']]],
    ['where it listens', { host: 'http://10.0.0.7:11434' }, [['host', 'machine']]],
    ['an option', { options: { ...arm.options, temperature: 0.1 } }, [['option temperature', 'options']]],
    ['the context in effect', { effective: { ...arm.effective, num_ctx: 7 } }, [['num_ctx', 'options']]],
  ])('%s', (_, over, expected) => {
    expect(changes(over)).toEqual(expected)
  })

  test('the machine', () => {
    expect(changes({}, { cpu: 'another' })).toEqual([['processor', 'machine']])
    expect(changes({}, { os: 'another', node: '22.0.0', ci: false })).toEqual([
      ['operating system', 'machine'],
    ])
  })

  test('an option had no effect that the server told', () => {
    const asked = { ...arm, options: { num_ctx: 256 }, effective: { num_ctx: 2048 } }
    const other = { ...asked, options: { num_ctx: 512 } }
    expect(differencesOf({ environment, arm: asked }, { environment, arm: other })).toEqual([])
  })

  test("what one side does not know is not held against it, but another model's name is", () => {
    const { digest: _, quantization: __, ...unknown } = arm
    expect(differencesOf({ environment, arm }, { environment, arm: { ...unknown, effective: {} } })).toEqual(
      [],
    )
    const other = { environment, arm: { ...unknown, model: 'qwen3' } }
    expect(differencesOf({ environment, arm: unknown }, other).map(({ part }) => part)).toEqual(['model'])
  })

  test("an embedded engine may listen anywhere, and its model file is the digest's matter", () => {
    const embedded = (port: number, engine: string, file: string): ArmReport => ({
      ...arm,
      host: `http://127.0.0.1:${port}`,
      server: { kind: 'embedded', version: '1', engine, model_file: file },
    })
    const print = (one: ArmReport) => ({ environment, arm: one })
    expect(
      differencesOf(print(embedded(1, 'llama.cpp 5', 'a.gguf')), print(embedded(2, 'llama.cpp 5', 'b.gguf'))),
    ).toEqual([])
    expect(
      differencesOf(
        print(embedded(1, 'llama.cpp, AVX2', 'a.gguf')),
        print(embedded(2, 'llama.cpp, AVX512', 'a.gguf')),
      ),
    ).toEqual([{ part: 'engine', kind: 'hosts', from: 'llama.cpp, AVX2', to: 'llama.cpp, AVX512' }])
  })
})

test('models and servers are refused unless meant; machines and options never are', () => {
  const of = (kind: Kind): Difference => ({ part: 'x', kind, from: 'a', to: 'b' })
  const forbidden = (meant: ('models' | 'hosts')[]) =>
    (['models', 'hosts', 'machine', 'options'] as const).filter((kind) =>
      isForbidden(of(kind), new Set(meant)),
    )
  expect(forbidden([])).toEqual(['models', 'hosts'])
  expect(forbidden(['models'])).toEqual(['hosts'])
  expect(forbidden(['models', 'hosts'])).toEqual([])
  expect(isMeant(of('machine'), new Set(['hosts']))).toBe(true)
  expect(isMeant(of('options'), new Set(['models', 'hosts']))).toBe(false)
})
