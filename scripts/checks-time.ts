/**
 * How the time of every check grows with its text: 16 KB to 1 MB of texts made to be slow. A linear check takes about
 * twice as long for twice the text; one whose time grows with its square fails the run.
 *
 * `npm run checks-time`, or with the name of one check behind it. By hand: times depend on the machine.
 */
import {
  complete,
  hasSections,
  inLanguage,
  inScript,
  matchesSchema,
  noRepetition,
  runCheck,
  type Check,
} from '../src/checks/index.ts'
import { faithful } from '../suites/report-agent/faithful.ts'

/** Below this, ms, growth is the collector's. */
const LEAST_MS = 150
const MOST_GROWTH = 9
const TOO_LONG_MS = 1_500
const SIZES = [2 ** 14, 2 ** 16, 2 ** 18, 2 ** 20]

const checks: Check[] = [
  complete(),
  noRepetition(),
  inScript('Latin'),
  inLanguage('en'),
  hasSections(['Summary', 'Key findings']),
  matchesSchema({ type: 'object' }),
  faithful({ total: 3, counts: { json: 1, csv: 2, markdown: 3 }, latest: ['2026-01-01'] }),
]

/** Repeated to make a text; alone, after a sentence, and with an end that does not fit. */
const PIECES = [
  ' ',
  '\n',
  '\t',
  '\u00A0',
  'a',
  'Aa ',
  'A',
  '0',
  '1.',
  '1 ',
  '1.1',
  '*',
  '**',
  '**a',
  '*_',
  '_',
  '__a',
  '`',
  '` ',
  '`a',
  '```',
  '```\n',
  '```md\n',
  '```md\n```',
  '~~~',
  '~~~\n',
  '~~~a\n```\n',
  '#',
  '# ',
  '# a\n',
  '##',
  ': ',
  ':',
  '-',
  '- ',
  '> ',
  '|',
  '| ',
  '| a | 1 ',
  'ab. ',
  'x, ',
  '(',
  '[',
  '{"a":',
  '"',
  'é',
  'α ',
  'ж',
  '字',
  '\u0301',
  '\u200B',
  '🔍',
  'md ',
  'json ',
  'json: ',
  'json (',
  'json files ',
  '1 json ',
  'files ',
  '1 files are ',
  'json: 1',
  'json = n = ',
  'total ',
  'total files ',
  'total number of ',
  'total of ',
  'total of 1 ',
  'total 1 a ',
  '1 a files of ',
  'consist',
  'analyzed ',
  'dataset size 1 ',
  'last ',
  'latest modif',
  'last modified ',
  'most recently ',
  'jan 1 ',
  '2026-01-',
  '1st jan, ',
  'section ',
  'iv ',
  'type: json: 1 ',
  'a\n\n',
  ' \n',
  '\n ',
  '\n\t \n',
  'no no ',
  'abcdefghij',
  'ab',
  '0a',
] as const
const WRAPS = [
  ['', ''],
  ['# Summary\nAll is well. ', '!'],
  ['```md\n', '\nx'],
  ['```json\n', 'x'],
  ['x', '\n```'],
] as const

function textOf(piece: string, [head, tail]: (typeof WRAPS)[number], size: number): string {
  return head + piece.repeat(Math.ceil(size / piece.length)).slice(0, size) + tail
}

/** CPU time, ms: that of a busy machine is no longer. */
async function timeOf(check: Check, output: string): Promise<number> {
  const began = process.cpuUsage()
  await runCheck(check, { output, arm: 'a', calls: [], stages: [] })
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

interface Growth {
  text: string
  times: number[]
}

/** A text whose time grows with its square is sixteen times as slow at four times the length. */
function isSlow({ times }: Growth): boolean {
  const [before = 0, last = 0] = times.slice(-2)
  return last > LEAST_MS && last > MOST_GROWTH * before
}

async function growthOf(check: Check, piece: string, wrap: (typeof WRAPS)[number]): Promise<Growth> {
  const times: number[] = []
  for (const size of SIZES) {
    // The next size of a text that is slow already would take minutes.
    if ((times.at(-1) ?? 0) > TOO_LONG_MS) break
    times.push(await timeOf(check, textOf(piece, wrap, size)))
  }
  const text = JSON.stringify([wrap[0], piece, wrap[1]])
  if (!isSlow({ text, times })) return { text, times }
  // The collector or the compiler may have worked in between; a check that is slow is slow again.
  for (const i of [times.length - 2, times.length - 1])
    for (let again = 0; again < 4; again++)
      times[i] = Math.min(times[i] ?? Infinity, await timeOf(check, textOf(piece, wrap, SIZES[i] ?? 0)))
  return { text, times }
}

const shown = ({ text, times }: Growth): string =>
  `${text}: ${times.map((ms, i) => `${(SIZES[i] ?? 0) / 1024} KB ${ms.toFixed(0)} ms`).join(', ')}`

const [only] = process.argv.slice(2)
for (const check of checks.filter(({ checkName }) => only === undefined || checkName === only)) {
  // Patterns are compiled, and tables loaded, at their first use.
  await timeOf(check, 'All is well. '.repeat(1000))
  const grown: Growth[] = []
  for (const piece of PIECES) for (const wrap of WRAPS) grown.push(await growthOf(check, piece, wrap))
  for (const slow of grown.filter(isSlow)) {
    process.exitCode = 1
    console.log(`  not linear: ${shown(slow)}`)
  }
  const [worst] = grown.toSorted((a, b) => (b.times.at(-1) ?? 0) - (a.times.at(-1) ?? 0))
  if (worst !== undefined) console.log(`${check.checkName}: slowest ${shown(worst)}`)
}
