/**
 * report.html in a real browser: Debian's Chromium, headless, where it is on PATH. The pages are shown in frames of a
 * page that may look into them, because the report itself forbids every script.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { pictured } from './support/pictured.ts'
import { codeSuite, htmlOf, sampleRun, sampleRuns } from './support/sample-runs.ts'

const exec = promisify(execFile)
const installed = await exec('chromium', ['--version']).then(
  () => true,
  () => false,
)

const PAYLOADS = [
  '<script>window.pwned = 1</script>',
  '</pre></details></style></title><img src="x" onerror="window.pwned = 1">',
  '<svg onload="window.pwned = 1"><style>main { display: none }</style></svg>',
  '" onmouseover="window.pwned = 1" style="position: fixed',
  '<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe><base href="http://127.0.0.1:1/">',
]

/** A run whose names, messages and outputs all try to get out of their places. */
function attacked(): string {
  const { report, trials } = sampleRun('hostile')
  const attack = PAYLOADS.join('\n')
  const [suite] = report.suites
  const arms = suite!.arms.map((arm) => ({ ...arm, model: attack, host: attack }))
  const warnings = [{ code: 'num_ctx_clamped', message: attack }]
  return htmlOf(
    { ...report, suites: [{ ...suite!, name: attack, arms, warnings }] },
    trials.map((trial) => ({ ...trial, suite: attack, output: { [attack]: attack, findings: PAYLOADS } })),
  )
}

function sample(name: (typeof sampleRuns)[number]): string {
  const { report, trials } = sampleRun(name)
  return htmlOf(report, trials)
}

/** The same attack on a page that neither escapes nor forbids: shows that what is looked for can be found. */
const undefended = `<!doctype html><body><main><table><tr><td>x</td></tr></table></main>${PAYLOADS.join('\n')}`

/** All pictures, of streams with names that are long. */
function withPictures(): string {
  const stage = 'a stage with a name that is longer than its place'
  const agents = ['writer of very long reports', 'critic']
  const { report, trials } = pictured({
    blocks: 16,
    calls: 5,
    agents,
    stage,
    slower: (n) => 1 + (n % 5) / 20,
  })
  const parts = ['calls', 'input_tokens', 'decode_rate'] as const
  const attribution = {
    baseline_value: 900,
    candidate_value: 1000,
    change: 100,
    blocks: 16,
    parts: parts.map((part, i) => ({ stage, part, change: [80, 50, -30][i] ?? 0, count: i })),
  }
  return htmlOf(
    { ...report, suites: report.suites.map((suite) => codeSuite(suite, { attribution })) },
    trials,
  )
}

const pages: Record<string, string> = {
  ...Object.fromEntries(sampleRuns.map((name) => [name, sample(name)])),
  pictures: withPictures(),
  attacked: attacked(),
  undefended,
}

/** What a frame shows, told by the page around it. */
interface Seen {
  tables: number
  /** Rows with a height: what is rendered, not only parsed. */
  rows: number
  heading: string
  borderCollapse: string
  pwned: boolean
  scripts: number
  images: number
  /** Whether the page lets in a script and a style that come later. */
  letsScriptIn: boolean
  letsStyleIn: boolean
  /** How much wider than a telephone's screen it is, pixels. */
  overflow: number
  /** Texts of pictures that reach beyond their picture. */
  cut: string[]
  pictures: number
}

const look = (frame: HTMLFrame): Seen => {
  const { contentWindow: view, contentDocument: page } = frame
  const script = page.createElement('script')
  script.textContent = 'window.injected = 1'
  page.body.append(script)
  const style = page.createElement('style')
  style.textContent = 'body { margin-top: 77px !important }'
  const table = page.querySelector('table')
  const seen = {
    tables: page.querySelectorAll('table').length,
    rows: [...page.querySelectorAll('tr')].filter((row) => row.getBoundingClientRect().height > 5).length,
    heading: page.querySelector('h1')?.innerText ?? '',
    borderCollapse: table === null ? '' : view.getComputedStyle(table).borderCollapse,
    pwned: view.pwned === 1 || frame.ownerDocument.defaultView.pwned === 1,
    scripts: page.scripts.length - 1,
    images: page.images.length,
    letsScriptIn: view.injected === 1,
    letsStyleIn: false,
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    pictures: page.querySelectorAll('figure.picture').length,
    cut: [...page.querySelectorAll('figure.picture svg text')]
      .filter((text) => {
        const [own, whole] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()]
        return own.left < whole.left - 1 || own.right > whole.right + 1 || own.bottom > whole.bottom + 1
      })
      .map((text) => text.textContent),
  }
  page.head.append(style)
  return { ...seen, letsStyleIn: view.getComputedStyle(page.body).marginTop === '77px' }
}

/** As much of the DOM as `look` uses: this project's types know no browser. */
interface HTMLFrame {
  // oxlint-disable-next-line typescript/no-explicit-any
  contentWindow: any
  // oxlint-disable-next-line typescript/no-explicit-any
  contentDocument: any
  // oxlint-disable-next-line typescript/no-explicit-any
  ownerDocument: any
}

const around = `<!doctype html><body>
${Object.keys(pages)
  .map((name) => `<iframe name="${name}" src="/${name}.html" width="360" height="800"></iframe>`)
  .join('\n')}
<script>
  const look = ${look.toString()}
  addEventListener('load', () => {
    const seen = [...document.querySelectorAll('iframe')].map((frame) => [frame.name, look(frame)])
    document.body.innerHTML = '<output>' + encodeURIComponent(JSON.stringify(Object.fromEntries(seen))) + '</output>'
  })
</script>`

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-logging=stderr',
  '--virtual-time-budget=10000',
]

async function open(): Promise<{ seen: Record<string, Seen>; requests: string[]; log: string }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const page = path === '/' ? around : pages[path.slice(1).replace('.html', '')]
    response
      .writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
      .end(page)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const profile = await mkdtemp(join(tmpdir(), 'chimera-chromium-'))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { stdout, stderr } = await exec(
      'chromium',
      [...FLAGS, `--user-data-dir=${profile}`, '--dump-dom', url],
      {
        maxBuffer: 1e8,
        timeout: 60_000,
      },
    )
    const told = /<output>(.*?)<\/output>/.exec(stdout)?.[1]
    if (told === undefined)
      throw new Error(`the browser showed nothing: ${stdout.slice(0, 500)} ${stderr.slice(-2000)}`)
    return { seen: JSON.parse(decodeURIComponent(told)) as Record<string, Seen>, requests, log: stderr }
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

describe.skipIf(!installed)(
  `report.html in Chromium${installed ? '' : ' (skipped: `chromium` is not on PATH)'}`,
  () => {
    let shown: Awaited<ReturnType<typeof open>>
    beforeAll(async () => {
      shown = await open()
    })

    const reports = Object.keys(pages).filter((name) => name !== 'undefended')

    test.each(reports)("%s: tables are rendered, and styled by the page's own style", (name) => {
      const { tables, rows, heading, borderCollapse } = shown.seen[name]!
      const html = pages[name]!
      expect(tables).toBe(html.match(/<table/g)?.length ?? 0)
      expect(rows).toBeGreaterThan(tables)
      expect(heading).not.toBe('')
      // A table without our style has its borders apart.
      expect(borderCollapse).toBe('collapse')
      expect(shown.seen['undefended']!.borderCollapse).toBe('separate')
    })

    test.each(reports)("%s: fits a telephone's screen", (name) => {
      expect(shown.seen[name]!.overflow).toBeLessThanOrEqual(0)
    })

    test.each(reports)('%s: no text of a picture is cut off', (name) => {
      expect(shown.seen[name]!.cut).toEqual([])
      expect(shown.seen['pictures']!.pictures).toBeGreaterThanOrEqual(10)
    })

    test.each(reports)('%s: runs no script and shows no image', (name) => {
      expect(shown.seen[name]).toMatchObject({ pwned: false, scripts: 0, images: 0 })
    })

    test.each(reports)('%s: its policy is in force', (name) => {
      expect(shown.seen[name]).toMatchObject({ letsScriptIn: false, letsStyleIn: false })
    })

    test('without escaping and policy the same attack gets in', () => {
      expect(shown.seen['undefended']).toMatchObject({ pwned: true, letsScriptIn: true, letsStyleIn: true })
    })

    test('nothing but the pages is asked for', () => {
      const own = shown.requests.filter((path) => !/^\/(favicon\.ico|x)$/.test(path))
      expect(own.toSorted()).toEqual(['/', ...Object.keys(pages).map((name) => `/${name}.html`)].toSorted())
      // The attack on the undefended page loads its image; no report does.
      expect(shown.requests.filter((path) => path === '/x').length).toBeLessThanOrEqual(1)
    })

    test('the console has no error but those of what the test puts in', () => {
      const messages = shown.log.split('\n').filter((line) => line.includes(':CONSOLE'))
      const injected = /Content Security Policy directive/
      expect(
        messages.filter(
          (line) => !injected.test(line) && !line.includes('/undefended.html') && !line.includes('favicon'),
        ),
      ).toEqual([])
      // One script and one style a report, put in by \`look\`; one more would be the page's own.
      expect(messages.filter((line) => injected.test(line))).toHaveLength(2 * reports.length)
    })
  },
)
