/** Reading JSON that someone else wrote: a server, an agent, an older system. */

export type JsonObject = Record<string, unknown>

/** The parsed text; undefined, which no JSON means, where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether it is an object with members, so neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `value` if it is an object with members, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : NONE
}

/** One for all: replies of a million events ask for it. */
const NONE: JsonObject = Object.freeze({})

/** A counter as the server sent it; undefined if it did not, or sent nonsense. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
