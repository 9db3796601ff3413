/** The snippets of docs/clients.md, run against the embedded engine as far as their packages are installed here. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedded, type RunningServer } from '../src/embedded/index.ts'

const page = readFileSync(new URL('../docs/clients.md', import.meta.url), 'utf8')
const snippets = [...page.matchAll(/^## (.+)\n\n```ts\n(import [^]*?)```/gm)].map(
  ([, title = '', code = '']) => ({
    title,
    lines: code.trimEnd().split('\n'),
  }),
)
const folder = new URL('.tmp/clients/', import.meta.url)
const original = globalThis.fetch

let server: RunningServer
let posts: string[] = []

beforeAll(async () => {
  server = await embedded().start()
  await mkdir(folder, { recursive: true })
  // As the plugin does before a suite's imports, so that snippets without the context's `fetch` are seen too.
  globalThis.fetch = (input, init) => {
    const url = String(input instanceof Request ? input.url : input)
    if (url.startsWith(server.url)) posts.push(url.slice(server.url.length))
    return original(input, init)
  }
})
afterAll(async () => {
  globalThis.fetch = original
  await rm(folder, { recursive: true, force: true })
  await server.stop()
})

test('has twelve clients, of which the first six are run here, as it says', () => {
  expect(snippets).toHaveLength(12)
  expect(page).toContain('run the first six snippets')
  expect(snippets.map(isInstalled)).toEqual(snippets.map((_, i) => i < 6))
})

describe.each(snippets)('$title', ({ title, lines }) => {
  const imports = lines.filter((line) => line.startsWith('import '))
  const body = lines.filter((line) => !line.startsWith('import '))

  test.skipIf(!isInstalled({ lines }))('reaches the server of the arm', async () => {
    const file = new URL(`${title.replaceAll(/\W+/g, '-')}.ts`, folder)
    const head = 'export async function run({ fetch, host, model, prompt }) {'
    await writeFile(file, [...imports, head, ...body, '}'].join('\n'))
    const { run } = (await import(file.href)) as { run: (context: object) => Promise<void> }
    posts = []
    await run({ fetch: globalThis.fetch, host: server.url, model: 'gemma3', prompt: 'Write a report.' })
    expect(posts).toEqual([expect.stringMatching(/^\/(api\/chat|v1\/chat\/completions)$/) as string])
  })
})

function isInstalled({ lines }: { lines: readonly string[] }): boolean {
  const packages = lines.flatMap((line) => /^import .* from '((?:@[^/']+\/)?[^/']+)/.exec(line)?.[1] ?? [])
  return packages.every((name) => existsSync(new URL(`../node_modules/${name}`, import.meta.url)))
}
