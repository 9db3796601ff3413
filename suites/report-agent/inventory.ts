/**
 * Taking stock of a folder of benchmark files: what is there, what can be read, what changed last.
 * The same folder gives the same inventory on every machine, the times of change apart.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where files are looked for below the root, and which. */
const ROOTS = [
  { folder: 'reports', types: ['csv', 'json', 'markdown'] },
  { folder: 'csv_data', types: ['csv', 'json'] },
] as const

export type FileType = 'csv' | 'json' | 'markdown'

/** The order in which types are shown. */
export const FILE_TYPES: readonly FileType[] = ['csv', 'json', 'markdown']

const TYPE_OF: Readonly<Record<string, FileType>> = { csv: 'csv', json: 'json', md: 'markdown' }

/** A file that could be read. */
export interface BenchmarkFile {
  /** Relative to the root, with `/` between folders. */
  path: string
  type: FileType
  modified: Date
  /** Rows of text of a csv, parsed data of a json, lines of a markdown file. */
  content: unknown
}

export interface Inventory {
  files: BenchmarkFile[]
  unreadable: { path: string; reason: string }[]
}

/** The files below `root`, root folder by root folder, in the order of their names. A folder that is missing is empty. */
export async function takeInventory(root: string): Promise<Inventory> {
  const inventory: Inventory = { files: [], unreadable: [] }
  for (const { folder, types } of ROOTS) {
    for (const path of await pathsBelow(root, folder)) {
      const type = TYPE_OF[path.slice(path.lastIndexOf('.') + 1).toLowerCase()]
      if (type === undefined || !(types as readonly FileType[]).includes(type)) continue
      try {
        const whole = await readFile(join(root, path), 'utf8')
        const { mtime } = await stat(join(root, path))
        inventory.files.push({ path, type, modified: mtime, content: parse(type, whole) })
      } catch (error) {
        inventory.unreadable.push({ path, reason: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  return inventory
}

async function pathsBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  // By code units: localeCompare would depend on the machine.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  const paths: string[] = []
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (entry.isFile()) paths.push(path)
    else if (entry.isDirectory()) paths.push(...(await pathsBelow(root, path)))
  }
  return paths
}

/** Throws for a file that is not what its name says. */
function parse(type: FileType, whole: string): unknown {
  if (whole.includes('\u0000')) throw new Error('binary data')
  if (type === 'json') return JSON.parse(whole)
  const lines = whole.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (type === 'markdown') return lines
  if (lines.length === 0) throw new Error('no header')
  return lines.map(cells)
}

/** The cells of a csv line; a quoted cell may hold commas and doubled quotes, but no line break. */
function cells(line: string): string[] {
  return Array.from(`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, bare = '']) =>
    quoted === undefined ? bare.trim() : quoted.replaceAll('""', '"'),
  )
}
