import { messageOf } from '../errors.ts'

/** Deeper values and later ones are replaced by a mark: neither a stack nor a message between processes is endless. */
const DEEPEST = 100
const MOST_VALUES = 200_000

/**
 * `value` as plain JSON, so that it can cross to the reporter and into a blob unharmed.
 * Dates become ISO strings, Maps and Sets objects and arrays, BigInts and non-finite numbers strings,
 * functions vanish, cycles are cut. What throws when it is read becomes its message. `undefined` when nothing is left.
 */
export function toJson(value: unknown): unknown {
  return new Conversion().convert(value)
}

class Conversion {
  readonly #above = new Set<object>()
  #left = MOST_VALUES

  convert(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'bigint':
        return String(value)
      case 'object':
        return value === null ? null : this.#enter(value)
      default:
        return undefined
    }
  }

  #enter(value: object): unknown {
    if (this.#above.has(value)) return '[circular]'
    if (this.#above.size >= DEEPEST) return '[too deep]'
    this.#above.add(value)
    try {
      return this.#object(value)
    } catch (error) {
      return `[unreadable: ${messageOf(error)}]`
    } finally {
      this.#above.delete(value)
    }
  }

  #object(value: object): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (value instanceof Error) return { name: value.name, message: value.message }
    if (Array.isArray(value)) return this.#list(value)
    if (value instanceof Set) return this.#list([...value])
    if (ArrayBuffer.isView(value)) return this.#list('length' in value ? (value as Uint8Array) : [])
    const names = value instanceof Map ? [...value.keys()] : Object.keys(value)
    const members: [string, unknown][] = []
    for (const name of names) {
      if (!this.#more()) return Object.fromEntries([...members, ['…', '[truncated]']])
      const member = this.#read(() => (value instanceof Map ? value.get(name) : Reflect.get(value, name)))
      if (member !== undefined) members.push([String(name), member])
    }
    return Object.fromEntries(members)
  }

  #list(items: Iterable<unknown>): unknown[] {
    const list: unknown[] = []
    for (const item of items) {
      if (!this.#more()) return [...list, '[truncated]']
      list.push(this.convert(item) ?? null)
    }
    return list
  }

  /** A member whose getter throws leaves the others alone. */
  #read(get: () => unknown): unknown {
    try {
      return this.convert(get())
    } catch (error) {
      return `[unreadable: ${messageOf(error)}]`
    }
  }

  #more(): boolean {
    return this.#left-- > 0
  }
}
