import { basename, dirname } from 'node:path'

/** Names that say nothing by themselves: the folder above says more. */
const vague = /^(metrics|summary|data|results?|output|run[_-]?\d+)$/i

/**
 * A suite name for each file: its own, with as many folders in front as it takes to say something and to differ from
 * all others. `archive/gpu80/data/metrics.json` is `gpu80`; of `test1/run_1/metrics.json` it is `test1/run_1`.
 */
export function suiteNames(files: readonly string[]): string[] {
  const parts = files.map(partsOf)
  const depths = parts.map((part) => part.findIndex((name) => !vague.test(name)) + 1 || part.length)
  const nameOf = (i: number): string => parts[i]!.slice(0, depths[i]).toReversed().join('/')
  for (;;) {
    const names = files.map((_, i) => nameOf(i))
    const alike = names.flatMap((name, i) =>
      names.indexOf(name) !== names.lastIndexOf(name) && depths[i]! < parts[i]!.length ? [i] : [],
    )
    if (alike.length === 0) return names
    for (const i of alike) depths[i]!++
  }
}

/** The path's names from the last to the first; those that are always the same are left out. */
function partsOf(file: string): string[] {
  const folders: string[] = []
  for (let path = dirname(file); dirname(path) !== path && path !== '.'; path = dirname(path))
    folders.push(basename(path))
  const parts = [basename(file).replace(/\.json$/i, ''), ...folders]
  const telling = parts.filter((name) => !/^(metrics|data)$/i.test(name))
  return telling.length > 0 ? telling : parts
}
