import { describe, expect, test } from 'vitest'
import { namesOf, sweepFor, sweepTrial, sweepTrials, type Rate } from '../../test/support/sweeps.ts'
import { pairTrials } from '../judge/pair.ts'
import { blocksOf } from '../judge/unusable.ts'
import { answersWorse, replay, survivors } from './replay.ts'

const halving = sweepFor({ grid: { top_k: [1, 2, 3, 4] }, blocks: { min: 6, max: 20 }, halving: true })
const [A, B, C, D] = namesOf(halving) as [string, string, string, string]
const RATES: Record<string, number> = { [A]: 100, [B]: 90, [C]: 80, [D]: 70 }
const fixed: Rate = (arm) => RATES[arm] ?? 95
const going = (stand: ReturnType<typeof replay>) => stand.contenders.map(({ arm }) => arm.name)

describe('halving', () => {
  test('looks at 6, 8, 10, …: nobody goes before the looks can tell, then half, then half of that', () => {
    expect(halving.looks).toEqual([6, 8, 10, 12, 16, 20])
    const six = sweepTrials(halving, 1, 6, fixed)
    expect(replay(halving, six)).toMatchObject({ look: 6, dropped: new Map() })
    const first = [...six, ...sweepTrials(halving, 7, 8, fixed)]
    const atFirst = replay(halving, first)
    expect(going(atFirst)).toEqual([A, B])
    expect(atFirst.dropped).toEqual(
      new Map([
        [C, 8],
        [D, 8],
      ]),
    )
    const second = [...first, ...sweepTrials(halving, 9, 10, fixed, [A, B])]
    const atSecond = replay(halving, second)
    expect(going(atSecond)).toEqual([A])
    expect(atSecond.dropped).toEqual(
      new Map([
        [C, 8],
        [D, 8],
        [B, 10],
      ]),
    )
  })

  test('ties with the last kept go on, and a full sweep drops nobody', () => {
    const tied: Rate = (arm) => (arm === A ? 100 : 90)
    expect(going(replay(halving, sweepTrials(halving, 1, 10, tied)))).toEqual([A, B, C, D])
    const full = sweepFor({ grid: { top_k: [1, 2, 3, 4] }, blocks: { min: 6, max: 20 } })
    expect(replay(full, sweepTrials(full, 1, 12, fixed))).toMatchObject({
      contenders: full.candidates,
      look: 12,
    })
  })

  test('a later block never changes an earlier look', () => {
    const early = sweepTrials(halving, 1, 8, fixed)
    const turned = sweepTrials(halving, 9, 9, (arm) => (arm === A ? 1 : 100), [A, B])
    expect(replay(halving, [...early, ...turned])).toEqual(replay(halving, early))
  })

  test('at the last look it is over, and nobody is dropped any more', () => {
    const short = sweepFor({ grid: { top_k: [1, 2] }, blocks: { min: 8, max: 8 }, halving: true })
    const [fast] = namesOf(short)
    const stand = replay(
      short,
      sweepTrials(short, 1, 8, (arm) => (arm === fast ? 100 : 50)),
    )
    expect(stand).toMatchObject({ look: 8, dropped: new Map() })
  })

  test('the fastest does not go on when it answers worse', () => {
    const trials = sweepTrials(halving, 1, 8, (arm) => (arm === A ? 200 : (RATES[arm] ?? 95)))
    // Twelve of its trials broke beside the whole ones, as they do after a switch; the baseline's did not.
    const tries = Array.from({ length: 24 }, (_, i) =>
      sweepTrial(
        halving,
        i < 12 ? A : halving.baseline.name,
        (i % 8) + 1,
        (arm) => (arm === A ? undefined : 100),
        {
          phase: 'warmup',
        },
      ),
    )
    const all = [...tries, ...trials]
    expect(answersWorse(halving, halving.candidates[0], all)).toBe(true)
    expect(going(replay(halving, all))).toEqual([B, C])
  })
})

describe('re-queued and given up', () => {
  const sweep = sweepFor({ grid: { top_k: [1, 2] }, blocks: { min: 6, max: 6 } })
  const [first, second] = namesOf(sweep) as [string, string]

  test('a part that ran again counts with its own baseline trial, the others with theirs', () => {
    const broken: Rate = (arm, block) => (arm === second && block === 2 ? undefined : 100)
    const again = [sweep.baseline.name, second].map((arm) =>
      sweepTrial(sweep, arm, 2, () => 50, { attempt: 2 }),
    )
    const trials = [...sweepTrials(sweep, 1, 2, broken), ...again]
    expect(pairTrials(trials, first)).toHaveLength(4)
    expect(pairTrials(trials, second)).toHaveLength(6)
    expect(sweep.candidates.map((one) => blocksOf(sweep, one, trials, 'measure'))).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  test('three broken trials without a valid one, or more tries than half of the blocks, and an arm is given up', () => {
    const never = replay(
      sweep,
      sweepTrials(sweep, 1, 3, (arm) => (arm === second ? undefined : 100)),
    )
    expect(never.givenUp).toEqual(new Map([[second, 'scripted no_done']]))
    expect(going(never)).toEqual([first])
    const often = [
      ...sweepTrials(sweep, 1, 1, () => 100),
      ...[1, 2, 3, 4].flatMap((attempt) =>
        [sweep.baseline.name, second].map((arm) =>
          sweepTrial(sweep, arm, 2, () => (arm === second ? undefined : 100), { attempt }),
        ),
      ),
    ]
    expect(going(replay(sweep, often.slice(0, -2)))).toEqual([first, second])
    expect(going(replay(sweep, often))).toEqual([first])
  })

  test('a look is reached without those that were given up', () => {
    const trials = sweepTrials(sweep, 1, 6, (arm, block) => (arm === second && block > 0 ? undefined : 100))
    expect(replay(sweep, trials)).toMatchObject({ look: 6 })
  })
})

const ORDER = ['a', 'b', 'c', 'd', 'e']
/** Told apart when they are so many places away from each other. */
const apart = (places: number) => (arm: string, than: string) =>
  ORDER.indexOf(arm) - ORDER.indexOf(than) >= places

test.each([
  ['all told apart: the better half, the odd one included', 1, 0.5, ['a', 'b', 'c']],
  ['the last kept drags its tie along', 2, 0.5, ['a', 'b', 'c', 'd']],
  ['nobody can be told apart, nobody goes', 9, 0.5, ORDER],
  ['a smaller share', 1, 0.2, ['a']],
  ['never nobody', 1, 0.01, ['a']],
] as const)('%s', (_, places, keep, expected) => {
  expect(survivors(ORDER, keep, apart(places))).toEqual(expected)
})

test('one arm goes on, none stays none', () => {
  expect(survivors(['a'], 0.5, () => true)).toEqual(['a'])
  expect(survivors([], 0.5, () => true)).toEqual([])
})
