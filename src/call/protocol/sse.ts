import { createParser } from 'eventsource-parser'
import { isObject, parseJson, type JsonObject } from '../../json.ts'
import { errorText } from './error-text.ts'
import type { Parser, Said } from './protocol.ts'

/** What an endpoint makes of the objects of one reply. */
export interface Events {
  /** undefined for an object that says nothing of the reply. */
  says(object: JsonObject): Said | undefined
  /** `[DONE]` has come, or the reply has ended without it. */
  ended(done: boolean): Said | undefined
}

/** Server-sent events, each a JSON object; the last may be `[DONE]`. */
export class SseParser implements Parser {
  readonly #events: Events
  readonly #decoder = new TextDecoder()
  #said: Said[] = []
  #isDone = false
  readonly #parser = createParser({
    onEvent: ({ data }) => this.#take(data),
    // Older builds of llama-server report a failure in a field of its own.
    onError: ({ field, value = '' }) => {
      if (field === 'error') this.#keep({ error: errorText(value) })
    },
  })

  constructor(events: Events) {
    this.#events = events
  }

  push(bytes: Uint8Array): Said[] {
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }))
    return this.#taken()
  }

  /** The last event may lack its blank line; whether it is whole, its JSON says. */
  end(): ReturnType<Parser['end']> {
    this.#parser.feed(`${this.#decoder.decode()}\n\n`)
    const said = this.#taken()
    const rest = said.at(-1)?.broken === NO_OBJECT
    if (rest) said.pop()
    const last = this.#isDone ? undefined : this.#events.ended(false)
    return { said: last === undefined ? said : [...said, last], rest }
  }

  #take(data: string): void {
    if (data.trim() === '[DONE]') {
      this.#isDone = true
      this.#keep(this.#events.ended(true))
      return
    }
    const object = parseJson(data)
    if (!isObject(object)) return this.#keep({ broken: NO_OBJECT })
    this.#keep(failureOf(object) ?? this.#events.says(object))
  }

  #keep(said: Said | undefined): void {
    if (said !== undefined) this.#said.push(said)
  }

  #taken(): Said[] {
    const said = this.#said
    this.#said = []
    return said
  }
}

const NO_OBJECT = 'an event of it is no JSON object'

/** A reply that is one object, or an error in its place; a member `error` that is null says nothing. */
export function wholeReply(text: string, says: (object: JsonObject) => Said): Said {
  const object = parseJson(text)
  if (!isObject(object)) return { broken: 'it is no JSON object' }
  return failureOf(object) ?? says(object)
}

function failureOf(object: JsonObject): Said | undefined {
  const isError = object['object'] === 'error' || (object['error'] ?? undefined) !== undefined
  return isError ? { error: errorText(object) } : undefined
}
