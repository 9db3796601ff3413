/** What an audit keeps, in the folder of the reports. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the reports of an audit's runs go, in the folder of the project's own. */
export function auditDir(outputDir: string): string {
  return join(outputDir, 'audit')
}

/** Where an audit keeps what it has measured. */
export function auditFile(outputDir: string): string {
  return join(auditDir(outputDir), 'audit.json')
}

/** A file of an earlier run, if there is one and it is sound: one of another version is no fault, and tells nothing. */
export async function readKept<T>(
  path: string,
  as: (value: unknown, where: string) => T,
): Promise<T | undefined> {
  try {
    // A pipe of that name would be read forever.
    return (await stat(path)).isFile() ? as(JSON.parse(await readFile(path, 'utf8')), path) : undefined
  } catch {
    return undefined
  }
}
