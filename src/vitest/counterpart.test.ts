import { expect, test } from 'vitest'
import type { AgentBenchOptions } from '../run/agent.ts'
import { counterpart, goneFrom, type ConfigRequest } from './counterpart.ts'

/** A suite by its name and that of the config that ships, as in `report/ctx-1024`. */
function suiteOf(text: string): ConfigRequest {
  const [name = '', config = ''] = text.split('/')
  const candidate = { name: config, model: 'm', options: { num_ctx: 1024 } }
  const options = { baseline: { name: 'baseline', model: 'm' }, candidate }
  return { name, agent: async () => '', definition: { kind: 'config', options } }
}

test.each([
  ['the same name and config', ['a/x', 'b/x'], ['a/x', 'b/x'], { 'a/x': 'a/x', 'b/x': 'b/x' }, []],
  ['another config, one of the name in each', ['a/x'], ['a/y'], { 'a/y': 'a/x' }, []],
  ['a config beside one that stays', ['a/x'], ['a/x', 'a/y'], { 'a/x': 'a/x', 'a/y': undefined }, []],
  [
    'two configs in the place of one',
    ['a/x'],
    ['a/y', 'a/z'],
    { 'a/y': undefined, 'a/z': undefined },
    ['a (x)'],
  ],
  ['one config in the place of two', ['a/x', 'a/y'], ['a/z'], { 'a/z': undefined }, ['a (x)', 'a (y)']],
  ['one of two configs', ['a/x', 'a/y'], ['a/y'], { 'a/y': 'a/y' }, ['a (x)']],
  ['a suite beside one that stays', ['a/x'], ['a/x', 'b/x'], { 'a/x': 'a/x', 'b/x': undefined }, []],
  ['a suite that was renamed', ['a/x', 'b/x'], ['a/x', 'c/x'], { 'a/x': 'a/x', 'c/x': undefined }, ['b']],
  ['a suite fewer', ['a/x', 'b/x'], ['a/y'], { 'a/y': 'a/x' }, ['b']],
])('%s', (_, base, head, pairs, gone) => {
  const sides = { base: base.map(suiteOf), head: head.map(suiteOf) }
  const found = sides.head.map((one, i) => [head[i], base[sides.base.indexOf(counterpart(one, sides)!)]])
  expect(Object.fromEntries(found)).toEqual(pairs)
  expect(goneFrom(sides)).toEqual(gone)
})

test('a definition that will be refused when it runs is no matter of the others', () => {
  const broken = { ...suiteOf('b/x'), definition: { kind: 'config', options: undefined as never } } as const
  const half = {
    ...suiteOf('c/x'),
    definition: { kind: 'config', options: {} as AgentBenchOptions },
  } as const
  const sides = { base: [suiteOf('a/x')], head: [suiteOf('a/x'), broken, half] }
  expect(counterpart(sides.head[0]!, sides)).toBe(sides.base[0])
  expect(goneFrom(sides)).toEqual([])
})
