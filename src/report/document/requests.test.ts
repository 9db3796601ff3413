import { describe, expect, test } from 'vitest'
import { codeSuite, htmlOf, markdownOf, sampleRun } from '../../../test/support/sample-runs.ts'
import type { ChangedRequest, Report, RequestChange, RequestDifference } from '../../schema/generated.ts'
import { reportFaults } from '../../schema/validate.ts'
import { commentMarkdown } from '../comment.ts'
import { printTerminal } from '../print/terminal.ts'
import { summaryDocument } from './summary.ts'

const context: RequestChange = { field: 'options.num_ctx', kind: 'value', before: '1024', after: '2048' }
const prompt: RequestChange = {
  field: 'prompt',
  kind: 'text',
  removed: 0,
  added: 1,
  lines: ['…', ' Sum up.', '+In one sentence.', ' ', '…'],
}

function reportWith(requests: RequestDifference): Report {
  const { report } = sampleRun('regressed')
  return { ...report, suites: report.suites.map((suite) => codeSuite(suite, { requests })) }
}

const changing = (first: RequestChange, ...rest: RequestChange[]): Report =>
  reportWith({ block: 1, calls: [{ index: 2, stage: 'report', changes: [first, ...rest] }], counts: [] })

const terminalOf = (report: Report): string =>
  printTerminal(summaryDocument(report, 'reports'), { color: false, width: 120 })
const commentOf = (report: Report): string => commentMarkdown(report, [], {})

const sentence =
  'Call 2 (report stage) of head is the first whose request differs: `num_ctx` `1024` → `2048`, `prompt` +1 −0 lines.'
const diff = ['@@ prompt @@', '…', ' Sum up.', '+In one sentence.', ' ', '…'].join('\n')
const short = '@@ prompt @@\n+In one sentence.'

describe('the first request that differs', () => {
  const report = changing(context, prompt)

  test('is in report.md in a sentence and a diff, in comment.md with the changed lines alone', () => {
    expect(reportFaults(report)).toEqual([])
    expect(markdownOf(report)).toContain(`${sentence}\n\n\`\`\`diff\n${diff}\n\`\`\``)
    expect(commentOf(report)).toContain(`${sentence}\n\n\`\`\`diff\n${short}\n\`\`\``)
    expect(markdownOf(report)).toContain('### First request that differs')
  })

  test('is on the page and the terminal', () => {
    expect(htmlOf(report, [])).toContain(`>${diff}</pre>`)
    const lines = [sentence.replaceAll('`', ''), ...short.split('\n')].map((line) => `  ${line}`)
    expect(terminalOf(report)).toContain(lines.join('\n'))
  })

  test.each<[RequestChange, string]>([
    [{ field: 'options.top_k', kind: 'value', after: '5' }, '`top_k` added: `5`'],
    [{ field: 'tools.search', kind: 'value', before: '{ … }' }, 'tool `search` removed: `{ … }`'],
    [{ field: 'system', kind: 'value', before: 'Hi', after: '' }, '`system` `Hi` → empty'],
    [{ field: 'options.a`b', kind: 'value', before: '1', after: '2' }, '``a`b`` `1` → `2`'],
  ])('%j reads %s', (change, text) => {
    expect(commentOf(changing(change))).toContain(`: ${text}.`)
  })

  test('is shorter where space is short', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `+line ${i}`)
    const long = changing({ ...prompt, added: 40, lines })
    expect(markdownOf(long)).toContain('+line 39')
    expect(commentOf(long)).toContain('+line 10\n… 29 more lines\n```')
    expect(terminalOf(long)).toContain('+line 4\n  … 35 more lines')
    const call = { index: 0, stage: null, changes: [{ ...prompt, lines }] }
    const both = reportWith({ block: 1, calls: [call, { ...call, index: 1 }], counts: [] })
    expect(commentOf(both).match(/\+line 4\n… 35 more lines/g)).toHaveLength(2 * both.suites.length)
    const many = Array.from({ length: 12 }, (_, i) => ({ ...context, field: `options.o${i}` }))
    const wide: ChangedRequest = { index: 0, stage: null, changes: [context, ...many], omitted: 4 }
    const found = commentOf(reportWith({ block: 1, calls: [wide], counts: [] }))
    expect(found).toContain('Call 0 of head is the first')
    expect(found).toContain('`o6` `1024` → `2048`, and 9 more changes.')
  })

  test('is followed by calls with other changes', () => {
    const calls: ChangedRequest[] = [
      { index: 0, stage: null, changes: [context] },
      { index: 3, stage: 'report', changes: [prompt] },
    ]
    expect(commentOf(reportWith({ block: 1, calls, counts: [] }))).toContain(
      `differs: \`num_ctx\` \`1024\` → \`2048\`.\n\nCall 3 (report stage) of head also differs: \`prompt\` +1 −0 lines.\n\n\`\`\`diff\n${short}\n`,
    )
  })

  test('is a number of calls where no request differs', () => {
    const counts = [{ stage: 'report', baseline: 1, candidate: 4 }]
    const found = reportWith({ block: 1, calls: [], counts })
    for (const text of [markdownOf(found), commentOf(found), terminalOf(found)])
      expect(text).toContain('report stage makes 3 more calls; the requests of all other calls are the same.')
  })
})

test('hostile requests are text in every format', () => {
  const hostile = '</pre><script>x</script>\u001b[2J ``` | @team \u202e'
  const report = changing(
    { field: `options.${hostile}`, kind: 'value', before: hostile, after: '[a](javascript:x)' },
    { ...prompt, field: hostile, lines: [`-${hostile}`, '+```'] },
  )
  const html = htmlOf(report, [])
  expect(html).not.toContain('<script>x')
  expect(html).toContain('&lt;/pre&gt;&lt;script&gt;x')
  for (const text of [html, markdownOf(report), commentOf(report), terminalOf(report)])
    for (const char of ['\u001b', '\u202e']) expect(text).not.toContain(char)
  const comment = commentOf(report)
  expect(comment).toContain('````diff\n@@ </pre>')
  expect(comment).toContain('+```\n````')
  expect(comment).toContain('`[a](javascript:x)`')
})

test('without a difference nothing is said of it', () => {
  expect(markdownOf(sampleRun('regressed').report)).not.toContain('First request that differs')
})
