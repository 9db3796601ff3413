import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { htmlOf, sampleRun, sampleRuns } from '../../../test/support/sample-runs.ts'
import type { Trial } from '../../schema/generated.ts'

const voids = ['meta', 'line', 'path', 'circle', 'rect']

describe.each(sampleRuns)('report.html of "%s"', (name) => {
  const { report, trials } = sampleRun(name)
  const page = htmlOf(report, trials)

  test('is well-formed', () => {
    const open: string[] = []
    for (const [, slash, tag, , closed] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*?)?)(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(tag)
      else if (closed !== '/' && !(voids.includes(tag!) && !page.includes(`</${tag}>`))) open.push(tag!)
    }
    expect(open).toEqual([])
  })

  test('allows its own style by hash, and no script, no request, no inline style', () => {
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(page).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; img-src data:;`)
    expect(page).not.toMatch(
      /<script|<iframe|<object|<img|<link|<base|<form|<[^>]*\s(style|src)=|@import|url\(/i,
    )
    expect(page).not.toMatch(/<[^>]*\son[a-z]+=/i)
  })

  test('links only to its own parts and its neighbors', () => {
    const targets = Array.from(page.matchAll(/href="([^"]*)"/g), (match) => match[1]!)
    expect(
      targets.filter((target) => !/^(#(suite|note)-\d+|agents\/[^/:]+\/[^/:]+\.md)$/.test(target)),
    ).toEqual([])
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`)
  })

  test('has every table captioned and its headings scoped', () => {
    for (const [table] of page.matchAll(/<table[^]*?<\/table>/g)) {
      expect(table).toContain('<caption>')
      expect(table).not.toMatch(/<th(?![^>]*scope=)[ >]/)
    }
  })
})

test('the first screen answers, with the cure', () => {
  const { report, trials } = sampleRun('invalid')
  const page = htmlOf(report, trials)
  expect(page).toContain('<h1>Invalid<small>do not merge</small></h1>')
  expect(page).toContain('<code>ollama pull gemma3</code>')
})

test('the embedded engine is named at the top', () => {
  const { report, trials } = sampleRun('embedded')
  expect(htmlOf(report, trials).indexOf('Measured on the embedded engine')).toBeGreaterThan(0)
})

test('model output is in a closed, escaped block', () => {
  const { report, trials } = sampleRun('hostile')
  expect(htmlOf(report, trials)).toContain(
    '<pre tabindex="0">&lt;/pre&gt;&lt;/details&gt;&lt;script&gt;alert(4)',
  )
})

test('the members of an output are apart, agent by agent, and escaped', () => {
  const { report, trials } = sampleRun('regressed')
  const bad = '<img src=x onerror=alert(1)>'
  const output = { findings: [bad], report: bad, personas: { [bad]: bad }, [bad]: `${bad}\n` }
  const page = htmlOf(
    report,
    trials.map((trial) => ({ ...trial, output })),
  )
  expect(page).not.toContain('<img')
  expect(page).toMatch(/<h4>Findings<\/h4>\s*<ul><li>&lt;img src=x/)
  expect(page).toContain('<h4>&lt;img src=x onerror=alert(1)&gt;</h4>')
  const byAgent = trials.map((trial) => ({
    ...trial,
    calls: trial.calls.map((call) => ({ ...call, agent: bad })),
    output: { [bad]: output },
  }))
  expect(htmlOf(report, byAgent)).toContain('<h4>Agent &lt;img src=x onerror=alert(1)&gt;</h4>')
})

test('plots hold every judged trial; of very many a part, and it says so', () => {
  const { report, trials } = sampleRun('embedded')
  const [suite] = report.suites
  const own = trials.filter((trial) => trial.suite === suite!.name && trial.phase !== 'warmup')
  const circles = (some: readonly Trial[]): number =>
    htmlOf({ ...report, suites: [suite!] }, some).match(/<circle/g)?.length ?? 0
  expect(circles(own)).toBe(2 * own.length)
  const many = Array.from({ length: 100 }, (_, i) =>
    own.map((trial) => ({ ...trial, block: trial.block + 100 * i })),
  ).flat()
  expect(circles(many)).toBeLessThanOrEqual(2 * 240)
  expect(htmlOf(report, many)).toMatch(/one block in \d+ is drawn, of \d+ trials/)
})

test('failures and notices have a heading each, as color alone would tell them apart', () => {
  const { report, trials } = sampleRun('regressed')
  const notices = [{ suite: '', message: 'a notice' }]
  const page = htmlOf({ ...report, gate: { ...report.gate, notices } }, trials)
  expect(page).toMatch(/<h2 class="label">Failed<\/h2><ul class="failures">/)
  expect(page).toMatch(/<h2 class="label">Notices<\/h2><ul class="notices">/)
})

test('the page stays small enough to open', () => {
  const { report, trials } = sampleRun('regressed')
  const long = trials.map((trial) => ({ ...trial, output: '<'.repeat(100_000) }))
  const page = htmlOf(report, long)
  expect(page).toContain('more characters are in trials.jsonl')
  expect(page.length).toBeLessThan(1_000_000)
})
