import { describe, expect, test } from 'vitest'
import { pictured } from '../../../test/support/pictured.ts'
import { codeSuite, htmlOf } from '../../../test/support/sample-runs.ts'
import { sweepFor, sweepTrials } from '../../../test/support/sweeps.ts'
import type { Report, Trial } from '../../schema/generated.ts'
import { keptTrial } from '../../stream.ts'
import { buildReport } from '../index.ts'

const figures = (page: string, kind: string): string[] =>
  Array.from(page.matchAll(new RegExp(`<figure class="picture ${kind}">[^]*?</figure>`, 'g')), ([one]) => one)

function reportOfSweep(plan: ReturnType<typeof sweepFor>, trials: Trial[]): Report {
  return buildReport({
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:00.000Z',
    interrupted: false,
    version: '0.0.0',
    environment: { node: '24', vitest: '5', os: 'linux', cpu: 'two cores', ci: true },
    suites: [{ plan, facts: {}, trials, ending: { stopped: 'budget', requeued: 0, warnings: [] } }],
    refusals: [],
    failOn: new Set(['regressed']),
  })
}

const regressed = pictured({ blocks: 10, calls: 4, slower: () => 1.3 })
const page = htmlOf(regressed.report, regressed.trials)

test('every picture has a role, a name and a description, and words around it', () => {
  const all = page.match(/<svg (?!class="forest)[^>]*>/g)!
  expect(all.length).toBeGreaterThanOrEqual(8)
  const named = page.match(/<svg viewBox="[\d .]+" role="img"><title>[^<]+<\/title><desc>[^<]+<\/desc>/g)
  expect(named).toHaveLength(all.length)
  expect(page.match(/<figure class="picture [a-z]+"><figcaption>[^]+?<\/figcaption>/g)).toHaveLength(
    all.length,
  )
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

test('of trials as memory keeps them the pictures are the same', () => {
  expect(htmlOf(regressed.report, regressed.trials.map(keptTrial))).toBe(page)
})

describe('the funnel', () => {
  test('shows every look that led to the verdict, and the threshold', () => {
    const [suite] = pictured({ blocks: 16, calls: 2, slower: (n) => (n % 3 === 0 ? 0.8 : 1.06) }).report
      .suites
    const comparison = suite!.comparisons.find(({ metric }) => metric === 'output_throughput')!
    expect(comparison.looks!.map(({ blocks }) => blocks)).toEqual([8, 10, 12, 16])
    expect(comparison.looks!.at(-1)).toEqual({ blocks: comparison.blocks, interval: comparison.interval })
    expect(suite!.comparisons.filter(({ gated, looks }) => !gated && looks !== undefined)).toEqual([])
  })

  test('is drawn for gated comparisons, in words too', () => {
    const [first] = figures(page, 'funnel')
    expect(first).toContain('<b>output_throughput</b>')
    expect(first).toMatch(/after 8 blocks \[−[\d.]+, −[\d.]+\]/)
    expect(first).toContain('Verdict: regressed.')
    expect(first).toContain('class="look last v-regressed"')
    expect(first).toContain('class="band"')
  })

  test('an old report without looks has none', () => {
    const copy = JSON.parse(
      JSON.stringify(regressed.report, (name, value: unknown) =>
        name === 'looks' || name === 'gaps' ? undefined : value,
      ),
    ) as Report
    const old = htmlOf(copy, regressed.trials)
    expect([figures(old, 'funnel'), figures(old, 'gaps')]).toEqual([[], []])
    expect(figures(old, 'strip').length).toBeGreaterThan(0)
  })
})

test('a strip links the trials of a block and shows the drift of either arm', () => {
  const long = pictured({ blocks: 20, calls: 1, chunks: 20 })
  const [first] = figures(htmlOf(long.report, long.trials), 'strip')
  expect(/<path d="([^"]*)" class="link"/.exec(first!)![1]!.match(/M/g)).toHaveLength(20)
  // 20 values and a window of 9 leave 12 medians.
  expect(/<path d="([^"]*)" class="middle candidate"/.exec(first!)![1]!.split('L')).toHaveLength(12)
})

test('of a long sweep whole blocks are drawn, and a line links a baseline and one candidate alone', () => {
  const sweep = sweepFor()
  const candidates = sweepTrials(sweep, 1, 1, () => 100).map(({ arm }) => arm)
  const [first = ''] = candidates.filter((arm) => arm !== 'baseline')
  const trials = [
    ...sweepTrials(sweep, 1, 60, () => 100),
    ...sweepTrials(sweep, 61, 64, () => 100, [first]),
    // A block whose baseline was not reached.
    ...sweepTrials(sweep, 65, 65, () => 100, candidates.slice(1, 3)).filter(({ arm }) => arm !== 'baseline'),
  ]
  const [figure] = figures(htmlOf(reportOfSweep(sweep, trials), trials), 'strip')
  expect(figure).toContain('one block in 2 is drawn, of 430 trials')
  expect(figure!.match(/<circle/g)).toHaveLength(30 * 7 + 2 * 2 + 2)
  expect(/<path d="([^"]*)" class="link"/.exec(figure!)![1]!.match(/M/g)).toHaveLength(2)
})

describe('the machine under a strip', () => {
  const { report, trials } = pictured({ blocks: 10, calls: 1 })
  const busy = trials.map((trial, i) => ({
    ...trial,
    machine: { waited: i / 100, stolen: i === 4 ? 0.3 : 0, throttled: 0 },
  }))

  test('has a bar a trial, and says the most of it in words', () => {
    const [first] = figures(htmlOf(report, busy), 'strip')
    expect(/<path d="([^"]*)" class="waited"/.exec(first!)![1]!.match(/M/g)).toHaveLength(19)
    expect(/<path d="([^"]*)" class="taken"/.exec(first!)![1]!.match(/M/g)).toHaveLength(1)
    expect(first).toContain(
      'Machine: a processor was waited for at most 19.0 % of a trial, in trial 20; time was taken at most 30.0 % of a trial, in trial 5.',
    )
    expect(first).toContain('processor waited for 4.0 %, taken 30.0 %')
    expect(htmlOf(report, busy)).toContain('class="key taken"')
  })

  test('is there where it was idle, and absent where nothing was read', () => {
    const idle = htmlOf(
      report,
      trials.map((trial) => ({ ...trial, machine: { waited: 0 } })),
    )
    expect(figures(idle, 'strip')[0]).toContain('a processor was waited for never; time was taken never.')
    const none = htmlOf(report, trials)
    expect(none).not.toContain('class="waited"')
    expect(none).not.toContain('key waited')
    expect(figures(none, 'strip')[0]).toMatch(/viewBox="0 0 392 190"/)
  })
})

test('gaps are curves of the shares up to each length, with the pauses told', () => {
  const [baseline] = regressed.report.suites[0]!.arms
  const { n, quantiles, pauses } = baseline!.gaps!
  expect(n).toBe(10 * 4 * 29)
  expect(quantiles).toHaveLength(101)
  expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b))
  expect(pauses.limit).toBeCloseTo(5 * quantiles[50]!, 2)
  expect(pauses.n).toBeGreaterThan(0)
  const [figure] = figures(page, 'gaps')
  expect(figure).toContain(`baseline: ${n} gaps, median`)
  expect(figure!.match(/class="curve (pauses )?(baseline|candidate)"/g)).toHaveLength(4)
})

describe('the waterfall', () => {
  const run = pictured({ blocks: 9, calls: 3, agents: ['writer', 'critic'], slower: (n) => 1 + n / 10 })
  const both = figures(htmlOf(run.report, run.trials), 'waterfall')

  test('is of the middle block and of the worst', () => {
    expect(both.map((one) => /<b>Block ([^<]+)<\/b>, the ([a-z ]+) of 9/.exec(one)!.slice(1))).toEqual([
      ['measure 5', 'middle one'],
      ['measure 9', 'worst'],
    ])
  })

  test('has a lane an agent and a color a part', () => {
    expect(both[0]!.match(/>writer<|>critic</g)).toHaveLength(4)
    for (const part of ['load', 'prompt', 'thinking', 'tokens', 'tools', 'own'])
      expect(both[0]).toContain(`class="part ${part}"`)
  })

  test('shows no thinking where the first chunk is of the answer, however the reply arrived', () => {
    const trials = run.trials.map((trial) => ({
      ...trial,
      calls: trial.calls.map((call) => ({
        ...call,
        chunk_times: [],
        ttft: call.duration,
        ttft_content: call.duration,
        e2e_latency: call.duration,
      })),
    }))
    const [first] = figures(htmlOf(run.report, trials), 'waterfall')
    expect(first).toContain('class="part tokens"')
    expect(first).not.toContain('class="part thinking"')
  })

  test('says how the time of a trial was spent', () => {
    expect(both[0]).toMatch(/<desc>baseline: \d+ ms in 2 lanes; .*load .* thinking .* tokens .* own code/)
  })
})

test('the bridge leads from one duration to the other, what is small as one step', () => {
  const [suite] = regressed.report.suites
  const parts = Array.from({ length: 12 }, (_, i) => ({
    stage: `stage ${i}`,
    part: 'decode_rate' as const,
    change: 10 * (i + 1) * (i % 4 === 0 ? -1 : 1),
  }))
  const change = parts.reduce((sum, one) => sum + one.change, 0)
  const attribution = { baseline_value: 1000, candidate_value: 1000 + change, change, blocks: 10, parts }
  const report = { ...regressed.report, suites: [codeSuite(suite!, { attribution })] }
  const [figure] = figures(htmlOf(report, regressed.trials), 'bridge')
  expect(figure!.match(/class="(longer|shorter)"/g)).toHaveLength(9)
  expect(figure).toMatch(
    /From 1000 ms to 1\d+ ms: stage 11: decoding.* \+120 ms, .*, all other parts [+−]\d+(\.\d+)? ms\./,
  )
})

describe('the heat map', () => {
  const sweep = sweepFor()
  const trials = sweepTrials(sweep, 1, 12, (arm) => (arm.endsWith('0.8') ? 80 : 100))
  const [figure] = figures(htmlOf(reportOfSweep(sweep, trials), trials), 'heat')

  test('has a field a candidate, the better the darker, and hatches shared ranks', () => {
    expect(figure!.match(/class="field"/g)).toHaveLength(6)
    expect(figure!.match(/class="hatch"/g)).toHaveLength(6)
    expect(new Set(figure!.match(/fill-opacity="[\d.]+"/g))).toEqual(
      new Set(['fill-opacity="0.60"', 'fill-opacity="0.08"']),
    )
    expect(figure).toContain('num_ctx=2048 temperature=0.8: rank 4, shared, ')
  })
})

test('names in pictures are escaped', () => {
  const bad = '</text><script>alert(1)</script>'
  const run = pictured({ blocks: 6, calls: 2, agents: [bad, 'x'], stage: bad })
  const suites = run.report.suites.map((suite) => ({
    ...suite,
    arms: suite.arms.map((arm) => ({ ...arm, name: arm.role === 'candidate' ? bad : arm.name })),
  }))
  const trials = run.trials.map((trial) => ({ ...trial, arm: trial.role === 'candidate' ? bad : trial.arm }))
  const html = htmlOf({ ...run.report, suites }, trials)
  expect(html).not.toContain('<script')
  expect(figures(html, 'waterfall')[0]).toContain('&lt;/text&gt;&lt;script&gt;')
})

describe('a page of 100 suites', () => {
  const { report, trials } = pictured({ blocks: 12, calls: 2, chunks: 10, suites: 100, slower: () => 1.01 })
  const [one, ...others] = report.suites
  const suites = [
    ...others,
    {
      ...one!,
      comparisons: one!.comparisons.map((comparison) => ({ ...comparison, verdict: 'regressed' as const })),
    },
  ]
  const output = '<'.repeat(100_000)
  const whole = htmlOf(
    { ...report, suites },
    trials.map((trial) => ({ ...trial, output })),
  )
  const sections = whole.match(/<section id="suite-[^]*?<\/section>/g) ?? []
  const [failed = '', last = ''] = [sections[0], sections.at(-1)]

  test('stays under 3 MB, whatever the agents returned', () => {
    expect(Buffer.byteLength(whole)).toBeLessThan(3_000_000)
    expect(sections).toHaveLength(100)
  })

  test('has what failed in full', () => {
    expect(/<h2>[^<]*/.exec(failed)![0]).toBe('<h2>made 1 · candidate against baseline')
    for (const kind of ['funnel', 'strip', 'gaps', 'waterfall'])
      expect(figures(failed, kind).length, kind).toBeGreaterThan(0)
    expect(failed.match(/Last valid output of|left out so/g)).toEqual(Array(2).fill('Last valid output of'))
  })

  test('has what decides of every suite, and says what it leaves out', () => {
    expect(sections.every((one) => one.includes('<b>ttft</b>'))).toBe(true)
    expect(last.match(/“[\w ]+” is left out so that the page stays under 3 MB/g)).toEqual([
      '“Between chunks” is left out so that the page stays under 3 MB',
      '“Moment by moment” is left out so that the page stays under 3 MB',
    ])
    expect(figures(last, 'waterfall')).toEqual([])
    expect(page.includes('left out so')).toBe(false)
  })
})

// Of one suite the page is much smaller: its pictures are those of one.
test('the page of 100,000 calls is under 3 MB', () => {
  const { report, trials } = pictured({ blocks: 20, calls: 100, chunks: 4, suites: 25 })
  expect(trials.reduce((n, { calls }) => n + calls.length, 0)).toBe(100_000)
  expect(Buffer.byteLength(htmlOf(report, trials))).toBeLessThan(3_000_000)
})
