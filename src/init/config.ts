/**
 * The plugin, added to a Vitest config that exists. The text is read by the parser that Vitest loads the config with,
 * and changed at two places; a config of any other form is left to its author.
 */
import { parseAst } from 'vitest/node'
import { objectOf, type JsonObject } from '../json.ts'

/** The config with `chimera()` in its plugins; undefined where that is not safe. */
export function withPlugin(source: string, lang: 'ts' | 'js'): string | undefined {
  if (/\bchimera\b/.test(source)) return undefined
  const body = statements(source, lang)
  const config = configOf(body)
  if (config === undefined) return undefined
  const added = pluginsEdit(source, config)
  return added === undefined ? undefined : applied(source, [importEdit(source, body), added])
}

interface Edit {
  at: number
  text: string
}

function applied(source: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), source)
}

function statements(source: string, lang: 'ts' | 'js'): JsonObject[] {
  try {
    return parseAst(source, { lang }).body.map(objectOf)
  } catch {
    return []
  }
}

/** The object that is exported, by itself or in a call of defineConfig. */
function configOf(body: readonly JsonObject[]): JsonObject | undefined {
  const exported = body.find(({ type }) => type === 'ExportDefaultDeclaration')
  const value = bare(exported?.['declaration'])
  const isCall = value['type'] === 'CallExpression' && objectOf(value['callee'])['name'] === 'defineConfig'
  const config = isCall ? bare(listOf(value['arguments'])[0]) : value
  return config['type'] === 'ObjectExpression' ? config : undefined
}

/** Without `satisfies`, `as` and parentheses. */
function bare(node: unknown): JsonObject {
  const object = objectOf(node)
  const wraps = /^(TSSatisfiesExpression|TSAsExpression|ParenthesizedExpression)$/.test(
    String(object['type']),
  )
  return wraps ? bare(object['expression']) : object
}

function importEdit(source: string, body: readonly JsonObject[]): Edit {
  const last = body.findLast(({ type }) => type === 'ImportDeclaration')
  const at = positionOf(last?.['end'])
  const quote = source[positionOf(objectOf(last?.['source'])['start'])] === '"' ? '"' : "'"
  const end = source[at - 1] === ';' ? ';' : ''
  const line = `import chimera from ${quote}vitest-chimera/plugin${quote}${end}`
  return last === undefined ? { at: 0, text: `${line}\n` } : { at, text: `\n${line}` }
}

/** Into the list of plugins, or as a list of its own; not where a spread or the projects decide what counts. */
function pluginsEdit(source: string, config: JsonObject): Edit | undefined {
  const properties = listOf(config['properties'])
  const plugins = property(properties, 'plugins')
  const test = listOf(bare(property(properties, 'test'))['properties'])
  const isSpread = [...properties, ...test].some(({ type }) => type === 'SpreadElement')
  if (isSpread || property(test, 'projects') !== undefined) return undefined
  if (plugins === undefined) {
    const at = positionOf(config['start']) + 1
    const first = properties[0]
    if (first === undefined) return { at, text: ' plugins: [chimera()] ' }
    return { at, text: `${source.slice(at, positionOf(first['start']))}plugins: [chimera()],` }
  }
  if (plugins['type'] !== 'ArrayExpression') return undefined
  const last = listOf(plugins['elements']).at(-1)
  return last === undefined
    ? { at: positionOf(plugins['start']) + 1, text: 'chimera()' }
    : { at: positionOf(last['end']), text: ', chimera()' }
}

function property(properties: readonly JsonObject[], name: string): JsonObject | undefined {
  const found = properties.find(
    ({ key }) => objectOf(key)['name'] === name || objectOf(key)['value'] === name,
  )
  return found === undefined ? undefined : objectOf(found['value'])
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}

function positionOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
