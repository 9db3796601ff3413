import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { brokenCall, planFor, trialOf } from '../../test/support/trials.ts'
import type { Message } from './wire.ts'
import type { ServerFacts } from '../schema/generated.ts'
import { Progress, type ProgressStream } from './progress.ts'

/** Collects what is written. */
class Page implements ProgressStream {
  text = ''
  readonly isTTY: boolean
  readonly columns: number

  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY
    this.columns = columns
  }

  write(text: string): void {
    this.text += text
  }

  /** What a terminal of one line would show last. */
  get shown(): string {
    return this.text.split('\r\u001B[2K').at(-1)!
  }
}

const plan: Message = { kind: 'plan', plan: { ...planFor(), seed: 9 } }
const trial = (block: number, over: object = {}): Message => ({
  kind: 'trial',
  trial: trialOf({ role: 'candidate', block, ...over }),
})
const alive = (block: number, stage?: string): Message => ({
  kind: 'alive',
  arm: 'candidate',
  phase: 'measure',
  block,
  ...(stage !== undefined && { stage }),
  limit: 60_000,
  pid: 1,
})
const facts = (server: ServerFacts): Message => {
  const one = { server, effective: {} }
  return { kind: 'facts', facts: { baseline: one, candidate: one } }
}

function shown(isTTY: boolean, messages: Message[], columns = 80): Page {
  const page = new Page(isTTY, columns)
  const progress = new Progress(page, 'xterm')
  for (const message of messages) progress.show(message)
  return page
}

beforeEach(() => vi.useFakeTimers({ now: 0, toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

describe('on a terminal', () => {
  test('one line is redrawn with every trial, and gone before anything else is printed', () => {
    const page = shown(
      true,
      [plan, trial(1), trial(2, { call: brokenCall('busy') }), trial(2, { phase: 'confirm' })],
      120,
    )
    expect(page.shown).toBe(
      'made: confirming on fresh blocks, block 2 of at most 10, candidate, 1000 tok/s, 3 trials, 1 invalid',
    )
    expect(page.text.split('\n')).toHaveLength(2)
    const progress = new Progress(page, 'xterm')
    progress.show(trial(1))
    progress.line('A line.')
    expect(page.text.endsWith('\r\u001B[2KA line.\n')).toBe(true)
  })

  test.each([
    ['warmup', 0, 'warming up'],
    ['warmup', 3, 'warming up for block 3 of at most 10'],
    ['measure', 3, 'block 3 of at most 10'],
    ['solo', 3, 'block 3 of at most 10, agents alone'],
  ] as const)('%s %i: %s', (phase, block, text) => {
    expect(shown(true, [plan, trial(block, { phase })]).shown).toBe(
      `made: ${text}, candidate, 1000 tok/s, 1 trial`,
    )
  })

  test('a forecast takes the place of the maximum, and counts down', () => {
    const page = new Page(true, 120)
    const progress = new Progress(page, 'xterm')
    for (const message of [
      plan,
      trial(8),
      { kind: 'forecast', forecast: { blocks: 34, ms: 26_000 } },
    ] as const)
      progress.show(message)
    vi.advanceTimersByTime(6000)
    progress.show(trial(9))
    expect(page.shown).toBe('made: block 9 of about 34 blocks, 20 s more, candidate, 1000 tok/s, 2 trials')
    progress.show(plan)
    progress.show(trial(1))
    expect(page.shown).toContain('block 1 of at most 10')
  })

  test('a trial that runs is shown as soon as it begins, with its stage once that is known', () => {
    const messages = [plan, alive(1), trial(1), alive(2, 'report')]
    expect(shown(true, messages.slice(0, 2)).shown).toBe('made: block 1 of at most 10, candidate, 0 trials')
    const whole = 'made: block 2 of at most 10, candidate, stage report, 1000 tok/s, 1 trial'
    expect(shown(true, messages, whole.length + 1).shown).toBe(whole)
    expect(shown(true, messages, whole.length).shown).toBe(
      'made: block 2 of at most 10, candidate, 1000 tok/s, 1 trial',
    )
    expect(shown(true, messages, 40).shown).toBe('made: block 2, 1000 tok/s')
    expect(shown(true, [...messages, trial(2)]).shown).not.toContain('stage')
    expect(shown(false, [plan, alive(1, 'report')]).text).not.toContain('report')
  })

  test('the line never wraps: a narrow terminal shows the essential', () => {
    const suite = 'long '.repeat(40)
    const plan: Message = { kind: 'plan', plan: { ...planFor(), suite } }
    const long = trial(1, { over: { suite } })
    const forecast: Message = { kind: 'forecast', forecast: { blocks: 34, ms: 26_000 } }
    expect(shown(true, [plan, long], 40).shown).toBe('long long long lon: block 1, 1000 tok/s')
    expect(shown(true, [plan, forecast, long], 40).shown).toBe('long: block 1/34, 26 s more, 1000 tok/s')
    expect(shown(true, [plan, forecast, long], 11).shown).toBe('block 1/34')
  })

  test('that is dumb gets whole lines', () => {
    const page = new Page(true)
    const progress = new Progress(page, 'dumb')
    for (const message of [plan, trial(1)]) progress.show(message)
    expect(page.text).toMatch(/\n {2}made: block 1 of at most 10, candidate, .*1 trial\n$/)
    expect(page.text).not.toContain('\u001B')
  })

  test('an ending takes the line away, once', () => {
    const page = shown(true, [
      plan,
      trial(1),
      { kind: 'ending', ending: { stopped: 'decided', requeued: 0, warnings: [] } },
    ])
    expect(page.shown).toBe('')
    const before = page.text
    new Progress(page, 'xterm').clear()
    expect(page.text).toBe(before)
  })

  test('names cannot move the cursor, hide text or break the line', () => {
    const suite = 'a\u001B[2Jb\u001B]0;title\u0007c\u202Ed\re\nf'
    const messages: Message[] = [
      { kind: 'plan', plan: { ...planFor(), suite } },
      trial(1, { over: { suite } }),
    ]
    expect(shown(true, [...messages, alive(2, suite)], 200).shown).toMatch(/, stage a.*b.*c.*d e f, 1000/)
    const page = shown(true, [...messages, alive(2, suite)])
    for (const trick of ['\u001B[2J', '\u0007', '\u202E', '\re']) expect(page.text).not.toContain(trick)
    expect(page.shown).toMatch(/^a.*b.*c.*d e f: block 2/)
  })
})

describe('without a terminal', () => {
  test('a line comes with every block, but not more than one in two seconds', () => {
    const page = new Page(false)
    const progress = new Progress(page, 'xterm')
    progress.show(plan)
    for (let block = 1; block <= 9; block++) {
      vi.advanceTimersByTime(block < 6 ? 700 : 2000)
      progress.show(trial(block))
      progress.show(trial(block, { role: 'baseline' }))
    }
    const lines = page.text.split('\n').filter((line) => line.includes('block '))
    expect(lines.map((line) => Number(/block (\d+)/.exec(line)![1]))).toEqual([1, 4, 6, 7, 8, 9])
    expect(page.text).not.toContain('\u001B')
  })
})

describe('what a suite starts with', () => {
  test('arms, blocks and seed; a budget that can decide nothing is told at once', () => {
    expect(shown(false, [plan]).text).toBe('made: candidate against baseline, 6 to 10 blocks, seed 9\n')
    const few: Message = { kind: 'plan', plan: planFor({ blocks: { min: 1, max: 3 } }) }
    expect(shown(false, [few]).text).toMatch(/\n {2}At most 3 blocks are too few for a verdict/)
    const one: Message = { kind: 'plan', plan: planFor({ blocks: { min: 1, max: 1 } }) }
    expect(shown(false, [one]).text).toMatch(/\n {2}At most 1 block is too few for a verdict/)
  })

  test('the server is named once, the embedded engine as such', () => {
    const ollama = facts({ kind: 'ollama', version: '0.24.0' })
    expect(
      shown(false, [plan, ollama, ollama]).text.match(/on Ollama 0\.24\.0 at http:\/\/127\.0\.0\.1:11434\n/g),
    ).toHaveLength(1)
    expect(
      shown(false, [plan, facts({ kind: 'embedded', engine: 'llama.cpp b1', model_file: 'tiny' })]).text,
    ).toContain('on the embedded engine (llama.cpp b1, tiny)')
    expect(shown(false, [plan, facts({ kind: 'ollama' })]).text).toContain('Ollama of unknown version')
    const llama = facts({ kind: 'openai', product: 'llama.cpp', version: 'b7126-1' })
    expect(shown(false, [plan, llama]).text).toContain('  on llama.cpp b7126-1 at')
    expect(shown(false, [plan, facts({ kind: 'openai' })]).text).toContain(
      '  on a server of the OpenAI API of unknown version at',
    )
  })

  test('both hosts are named where the arms have one each', () => {
    const two = planFor({ candidate: { name: 'far', model: 'tiny', host: 'gpu' } })
    expect(shown(false, [{ kind: 'plan', plan: two }, facts({ kind: 'ollama' })]).text).toContain(
      'at http://127.0.0.1:11434 and http://gpu:11434',
    )
  })

  test('notices are printed, the next suite counts anew', () => {
    const page = shown(true, [plan, trial(1), { kind: 'notice', text: 'Careful.' }, plan, trial(1)])
    expect(page.text).toContain('  Careful.\n')
    expect(page.shown).toContain(', 1 trial')
  })
})
