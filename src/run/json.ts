/**
 * `value` as plain JSON, so that it can cross to the reporter and into a blob unharmed.
 * Dates become ISO strings, Maps and Sets objects and arrays, BigInts and non-finite numbers strings,
 * functions vanish, cycles are cut. `undefined` when nothing is left.
 */
export function toJson(value: unknown): unknown {
  return convert(value, new Set())
}

function convert(value: unknown, above: ReadonlySet<object>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    case 'object':
      return value === null
        ? null
        : above.has(value)
          ? '[circular]'
          : convertObject(value, new Set([...above, value]))
    default:
      return undefined
  }
}

function convertObject(value: object, above: ReadonlySet<object>): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (value instanceof Map) return convertObject(Object.fromEntries(value), above)
  if (value instanceof Set || ArrayBuffer.isView(value))
    return convertObject(Array.from(value as Iterable<unknown>), above)
  if (Array.isArray(value)) return value.map((item) => convert(item, above) ?? null)
  const entries = Object.entries(value).map(([key, item]) => [key, convert(item, above)] as const)
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined))
}
