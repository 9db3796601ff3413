import { FILE_TYPES, type BenchmarkFile, type FileType, type Inventory } from './inventory.ts'

/** Paths shown of each type. */
const SHOWN = 5

/** The inventory as people and models read it. Types without files are left out, unreadable files come last, by name. */
export function dataSummary({ files, unreadable }: Inventory): string {
  const blocks = FILE_TYPES.flatMap((type) =>
    block(
      type,
      files.filter((file) => file.type === type),
    ),
  )
  const broken = unreadable.map(({ path, reason }) => `  - ${path} (${reason})`)
  return [
    `Total files analyzed: ${files.length}`,
    ...blocks,
    ...(broken.length === 0 ? [] : [[`Unreadable Files (${broken.length})`, ...broken].join('\n')]),
  ].join('\n\n')
}

function block(type: FileType, files: readonly BenchmarkFile[]): string[] {
  if (files.length === 0) return []
  const more = files.length - SHOWN
  const lines = [
    `${type.toUpperCase()} Files (${files.length})`,
    ...files.slice(0, SHOWN).map(({ path }) => `  - ${path}`),
    ...(more > 0 ? [`  ... and ${more} more`] : []),
    `  Latest modified: ${utc(latest(files))}`,
  ]
  return [lines.join('\n')]
}

/** What `faithful` holds a text about this inventory against. */
export function inventoryTruth({ files }: Inventory): {
  total: number
  counts: Record<string, number>
  latest: string[]
} {
  const byType = FILE_TYPES.map((type) => [type, files.filter((file) => file.type === type)] as const)
  return {
    total: files.length,
    counts: Object.fromEntries(byType.map(([type, some]) => [type, some.length])),
    latest: byType.flatMap(([, some]) => (some.length === 0 ? [] : [latest(some).toISOString()])),
  }
}

function latest(files: readonly BenchmarkFile[]): Date {
  return new Date(Math.max(...files.map(({ modified }) => modified.getTime())))
}

/** 2025-11-14 18:53:30 UTC */
function utc(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
