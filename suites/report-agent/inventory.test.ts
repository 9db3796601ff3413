import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeInventory } from './inventory.ts'
import { dataSummary, inventoryTruth } from './summary.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'report-agent-'))
})
afterEach(() => rm(root, { recursive: true }))

const content: Readonly<Record<string, string>> = { csv: 'a,b\n1,2\n', json: '{}', md: '# Title\n' }

async function put(
  path: string,
  text = content[path.slice(path.lastIndexOf('.') + 1)] ?? '',
  modified = '2025-01-01T00:00:00Z',
): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  await utimes(join(root, path), new Date(modified), new Date(modified))
}

test('finds csv, json and markdown below reports, csv and json below csv_data, in the order of names', async () => {
  for (const path of [
    'reports/b/two.md',
    'reports/b.csv',
    'reports/B/one.JSON',
    'csv_data/a.csv',
    'csv_data/a.md',
    'reports/a.txt',
    'other/a.csv',
  ]) {
    await put(path, path.endsWith('JSON') ? '[]' : undefined)
  }
  await symlink(join(root, 'reports'), join(root, 'reports', 'loop'))
  const { files, unreadable } = await takeInventory(root)
  expect(files.map(({ path, type }) => `${type} ${path}`)).toEqual([
    'json reports/B/one.JSON',
    'markdown reports/b/two.md',
    'csv reports/b.csv',
    'csv csv_data/a.csv',
  ])
  expect(unreadable).toEqual([])
})

test('counts and names what cannot be read', async () => {
  await put('reports/good.json')
  await put('reports/broken.json', '{"a": ')
  await put('reports/empty.csv', '\n')
  await put('reports/binary.md', 'a\u0000b')
  const inventory = await takeInventory(root)
  expect(inventory.files).toHaveLength(1)
  expect(inventory.unreadable.map(({ path }) => path)).toEqual([
    'reports/binary.md',
    'reports/broken.json',
    'reports/empty.csv',
  ])
  expect(dataSummary(inventory)).toContain('Unreadable Files (3)\n  - reports/binary.md (binary data)\n')
})

test('an empty or missing folder has an inventory of nothing', async () => {
  expect(dataSummary(await takeInventory(root))).toBe('Total files analyzed: 0')
  expect(dataSummary(await takeInventory(join(root, 'missing')))).toBe('Total files analyzed: 0')
})

test('reads quoted csv cells', async () => {
  await put('reports/a.csv', 'name,value\n"a, ""b""", 1\n,\n')
  const { files } = await takeInventory(root)
  expect(files[0]?.content).toEqual([
    ['name', 'value'],
    ['a, "b"', '1'],
    ['', ''],
  ])
})

describe('of 101 files', () => {
  const shown = {
    csv: [
      '_1b-it-qat_baseline',
      '_1b-it-qat_param_tuning',
      '_1b-it-qat_param_tuning_summary',
      '_270m_baseline',
      '_270m_param_tuning',
    ].map((name) => `reports/gemma3/gemma3${name}.csv`),
    json: [
      'ascii_demo_20251004_143244',
      'ascii_demo_20251004_170151',
      'ascii_demo_20251004_175024',
      'compilation/conv_bench_20251002-170837',
      'compilation/conv_cuda_bench_20251002-172037',
    ].map((name) => `reports/${name}.json`),
    md: [
      'compilation_benchmark_lessons_20251002',
      'conv_bench_20251002-170837',
      'conv_cuda_bench_20251002-172037',
      'mlp_bench_20251002-165750',
      'mlp_cuda_bench_20251002-171845',
    ].map((name) => `reports/compilation/${name}.md`),
  }
  const lines = (type: keyof typeof shown): string => shown[type].map((path) => `  - ${path}\n`).join('')
  const all = {
    csv: { count: 28, latest: '2025-11-14T18:53:30.900Z' },
    json: { count: 44, latest: '2025-10-08T17:20:51Z' },
    md: { count: 29, latest: '2025-11-14T18:54:07Z' },
  }

  beforeEach(async () => {
    for (const [type, { count, latest }] of Object.entries(all)) {
      const named = shown[type as keyof typeof shown]
      const more = Array.from({ length: count - named.length }, (_, i) => `reports/z/${i}.${type}`)
      for (const path of [...named, ...more])
        await put(path, undefined, path === more[3] ? latest : undefined)
    }
  })

  test('the summary is the one people know', async () => {
    expect(dataSummary(await takeInventory(root))).toBe(`Total files analyzed: 101

CSV Files (28)
${lines('csv')}  ... and 23 more
  Latest modified: 2025-11-14 18:53:30 UTC

JSON Files (44)
${lines('json')}  ... and 39 more
  Latest modified: 2025-10-08 17:20:51 UTC

MARKDOWN Files (29)
${lines('md')}  ... and 24 more
  Latest modified: 2025-11-14 18:54:07 UTC`)
  })

  test('the truth of it is what a check needs', async () => {
    expect(inventoryTruth(await takeInventory(root))).toEqual({
      total: 101,
      counts: { csv: 28, json: 44, markdown: 29 },
      latest: ['2025-11-14T18:53:30.900Z', '2025-10-08T17:20:51.000Z', '2025-11-14T18:54:07.000Z'],
    })
  })
})
