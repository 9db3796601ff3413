/**
 * File names for suites and arms, which may be called anything. A plain name stays unchanged; all that a file system,
 * a shell or an artifact upload could trip over becomes `-`, and names that would then be one file are numbered.
 */
import type { Report } from '../../schema/generated.ts'

const longest = 80
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** A file name without extension for each name. Names that stay as they are have first pick, in any order. */
export function fileNames(names: readonly string[]): Map<string, string> {
  const given = [...new Set(names)]
  const plainFirst = [...given.filter(isPlain), ...given.filter((name) => !isPlain(name))]
  const taken = new Set<string>()
  const files = new Map<string, string>()
  for (const name of plainFirst) {
    const base = safeName(name)
    let file = base
    // Compared without case and composition: on macOS and Windows `A` and `a` are one file.
    for (let n = 2; taken.has(fold(file)); n++) file = `${base}-${n}`
    taken.add(fold(file))
    files.set(name, file)
  }
  return files
}

/** Where the page of an arm of a suite is: `agents/<suite>/<arm>.md`. */
export function armPaths({ suites }: Report): (suite: string, arm: string) => string {
  const folders = fileNames(suites.map((suite) => suite.name))
  const files = new Map(
    [...Map.groupBy(suites, ({ name }) => name)].map(
      ([name, own]) => [name, fileNames(own.flatMap((suite) => suite.arms.map((arm) => arm.name)))] as const,
    ),
  )
  return (suite, arm) => `agents/${folders.get(suite)}/${files.get(suite)?.get(arm)}.md`
}

function isPlain(name: string): boolean {
  return safeName(name) === name
}

function fold(file: string): string {
  return file.normalize('NFKC').toLowerCase()
}

function safeName(name: string): string {
  const kept = name
    .toWellFormed()
    .normalize('NFC')
    .replace(/(?: *[^\p{L}\p{M}\p{N} ._+=,@()-]+ *)+/gu, '-')
    .replace(/^[. -]+|[. -]+$/g, '')
  const short = Array.from(kept)
    .slice(0, longest)
    .join('')
    .replace(/[. ]+$/, '')
  return short === '' ? 'unnamed' : reserved.test(short) ? `_${short}` : short
}
