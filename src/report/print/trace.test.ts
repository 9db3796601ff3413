import { expect, test } from 'vitest'
import { pictured } from '../../../test/support/pictured.ts'
import { waterfalls } from '../waterfalls.ts'
import { printTrace, type TraceEvent } from './trace.ts'

const run = pictured({ blocks: 8, calls: 3, agents: ['writer', 'critic'], slower: (n) => 1 + n / 10 })
const shown = waterfalls(run.report.suites[0]!, run.trials)
const trace = JSON.parse(printTrace(shown)) as {
  traceEvents: TraceEvent[]
  displayTimeUnit: string
  otherData: Record<string, unknown>
}
const spans = trace.traceEvents.filter(({ ph }) => ph === 'X')

/** The rules of "Trace Event Format" for the two kinds of events that are used, and no member that it does not name. */
test('every event keeps to the format', () => {
  expect(Object.keys(trace)).toEqual(['traceEvents', 'displayTimeUnit', 'otherData'])
  expect(trace.displayTimeUnit).toBe('ms')
  const known = new Set(['name', 'cat', 'ph', 'ts', 'dur', 'pid', 'tid', 'args'])
  const metadata = {
    process_name: 'name',
    process_sort_index: 'sort_index',
    thread_name: 'name',
    thread_sort_index: 'sort_index',
  }
  for (const event of trace.traceEvents) {
    expect(Object.keys(event).filter((name) => !known.has(name))).toEqual([])
    expect(event).toMatchObject({
      name: expect.any(String),
      pid: expect.any(Number),
      tid: expect.any(Number),
    })
    expect([event.pid, event.tid].every(Number.isInteger)).toBe(true)
    if (event.ph === 'X') {
      expect(event.cat).toMatch(/^[a-z]+$/)
      // Microseconds as whole numbers, of which a viewer loses nothing.
      expect([event.ts, event.dur].every((time) => Number.isInteger(time) && time! >= 0)).toBe(true)
    } else {
      expect(event.ph).toBe('M')
      const member = metadata[event.name as keyof typeof metadata]
      expect(Object.keys(event.args!)).toEqual([member])
      expect(typeof event.args![member]).toBe(member === 'name' ? 'string' : 'number')
    }
  }
})

test('every process and every thread with events has a name', () => {
  const named = (name: string): string[] =>
    trace.traceEvents.filter((event) => event.name === name).map(({ pid, tid }) => `${pid}/${tid}`)
  const threads = new Set(spans.map(({ pid, tid }) => `${pid}/${tid}`))
  expect([...threads].filter((thread) => !named('thread_name').includes(thread))).toEqual([])
  expect(named('process_name')).toEqual(['1/0', '2/0', '3/0', '4/0'])
  const names = trace.traceEvents.filter(({ name, pid }) => name === 'thread_name' && pid === 1)
  expect(names.map(({ args }) => args!['name'])).toEqual([
    'trial',
    'writer: stages',
    'writer: calls',
    'critic: stages',
    'critic: calls',
  ])
})

test('spans of a thread lie within each other or apart, as viewers need them', () => {
  for (const own of Map.groupBy(spans, ({ pid, tid }) => `${pid}/${tid}`).values()) {
    const open: number[] = []
    for (const { ts = 0, dur = 0 } of own.toSorted((a, b) => a.ts! - b.ts! || b.dur! - a.dur!)) {
      while (open.length > 0 && open.at(-1)! <= ts) open.pop()
      if (open.length > 0) expect(ts + dur).toBeLessThanOrEqual(open.at(-1)!)
      open.push(ts + dur)
    }
  }
})

test('the times are those of the trials', () => {
  const [first] = shown
  const [trial] = first!.trials
  expect(spans.find(({ cat, pid }) => cat === 'trial' && pid === 1)).toMatchObject({
    ts: 0,
    dur: Math.round(trial!.duration * 1000),
    args: { chosen: 'median', role: 'baseline' },
  })
  const calls = spans.filter(({ cat, pid }) => cat === 'call' && pid === 1)
  expect(calls).toHaveLength(6)
  const call = trial!.lanes[0]!.calls[0]!
  expect(calls[0]).toMatchObject({
    ts: Math.round(call.start * 1000),
    args: { stage: 'writer/plan', cold: false },
  })
})

test('what would make the file too large is left out as a whole, and counted', () => {
  const many = printTrace(Array.from({ length: 700 }, () => shown).flat())
  const { traceEvents, otherData } = JSON.parse(many) as typeof trace
  expect(traceEvents.length).toBeLessThanOrEqual(100_000)
  expect(Number(otherData['trials']) + Number(otherData['trials_left_out'])).toBe(2800)
  expect(Number(otherData['trials_left_out'])).toBeGreaterThan(0)
})
