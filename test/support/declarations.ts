/**
 * Declarations as the compiler emits them, flattened: for each entry the names it exports, then every declaration
 * that these are made of, wherever in the package it stands, without comments. What a user's code can come to rely on.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A name and the file that declares it. */
interface Place {
  file: string
  name: string
}

interface Module {
  /** Text of each declaration, by name. */
  declared: Map<string, string>
  /** Names from other files of the package. */
  imported: Map<string, Place>
  /** Exported name → where it is declared; a file of another package is none of ours. */
  exported: Map<string, Place>
  /** Files all of whose exports are exported here too. */
  stars: string[]
}

/** The public surface of `entries`, files relative to `dir`, as one text. */
export async function flatten(dir: string, entries: readonly string[]): Promise<string> {
  const modules = new Map<string, Module>()
  const load = async (file: string): Promise<Module> => {
    const known = modules.get(file)
    if (known !== undefined) return known
    const parsed = parse(file, await readFile(join(dir, file), 'utf8'))
    modules.set(file, parsed)
    for (const { file: other } of [...parsed.imported.values(), ...parsed.exported.values()])
      await load(other)
    for (const star of parsed.stars) {
      for (const [name, place] of (await load(star)).exported)
        if (name !== 'default') parsed.exported.set(name, place)
    }
    return parsed
  }
  const declarations = new Map<string, string>()
  const heads: string[] = []
  for (const entry of entries) {
    const { exported } = await load(entry)
    heads.push(`// ${entry}\nexport { ${[...exported.keys()].toSorted().join(', ')} }`)
    for (const place of exported.values()) collect(modules, place, declarations)
  }
  const sorted = [...declarations].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return `${heads.join('\n\n')}\n\n${sorted.join('\n\n')}\n`
}

/** Puts a declaration and all that it names into `found`. */
function collect(
  modules: ReadonlyMap<string, Module>,
  { file, name }: Place,
  found: Map<string, string>,
): void {
  const { declared, imported, exported } = modules.get(file)!
  const elsewhere = imported.get(name) ?? (declared.has(name) ? undefined : exported.get(name))
  if (elsewhere !== undefined && elsewhere.file !== file) return collect(modules, elsewhere, found)
  const text = declared.get(name)
  const key = `${name} ${file}`
  if (text === undefined || found.has(key)) return
  found.set(key, text)
  for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
    if (word !== name && (declared.has(word) || imported.has(word)))
      collect(modules, { file, name: word }, found)
  }
}

function parse(file: string, source: string): Module {
  const module: Module = { declared: new Map(), imported: new Map(), exported: new Map(), stars: [] }
  const text = source
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\n\s*\n+/g, '\n')
  // Every statement begins at the left edge; what closes it there is no word.
  for (const statement of text.split(/^(?=\w)/m).map((part) => part.trim())) {
    const from = /\bfrom ['"](\.[^'"]*)['"];?$/.exec(statement)?.[1]
    const target = from === undefined ? undefined : join(dirname(file), from.replace(/\.[jt]s$/, '.d.ts'))
    const names = /\{([^}]*)\}/.exec(statement)?.[1]
    if (/^(import|export)\b[^]*\bfrom\b/.test(statement) || /^export (type )?\{/.test(statement)) {
      if (target !== undefined && statement.startsWith('export *')) module.stars.push(target)
      for (const [own, alias] of pairs(names ?? '')) {
        if (statement.startsWith('export')) module.exported.set(alias, { file: target ?? file, name: own })
        else if (target !== undefined) module.imported.set(alias, { file: target, name: own })
      }
      continue
    }
    const name =
      /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:function|const|let|class|interface|type|enum) (\w+)/.exec(
        statement,
      )?.[1]
    if (name === undefined) continue
    module.declared.set(name, [module.declared.get(name), statement].filter(Boolean).join('\n'))
    if (statement.startsWith('export'))
      module.exported.set(statement.startsWith('export default') ? 'default' : name, { file, name })
  }
  return module
}

/** `A, type B as C` → A under its own name, B as C. */
function pairs(list: string): [own: string, alias: string][] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter(Boolean)
    .map((part) => {
      const [own, alias] = part.split(' as ')
      return [own!, alias ?? own!]
    })
}
