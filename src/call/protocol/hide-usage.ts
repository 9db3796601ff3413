import { createParser } from 'eventsource-parser'
import { isObject, parseJson } from '../../json.ts'

const LF = 0x0a
const CR = 0x0d

/**
 * Takes the event that carries nothing but usage out of a stream whose reader did not ask for it. All other bytes pass as
 * they came; those of an event that is not whole yet are held, as no reader can use them before.
 */
export class HideUsage {
  #held: Uint8Array[] = []
  #isAtLineStart = true
  #wasCr = false

  /** The bytes that the reader may see now. */
  push(bytes: Uint8Array): Uint8Array {
    const passing: Uint8Array[] = []
    let start = 0
    for (let i = 0; i < bytes.length; i++) {
      const isEnd = this.#endsEvent(bytes[i])
      if (!isEnd) continue
      this.#held.push(bytes.subarray(start, i + 1))
      start = i + 1
      passing.push(this.#release())
    }
    if (start < bytes.length) this.#held.push(bytes.subarray(start))
    return passing.length === 1 && passing[0] !== undefined ? passing[0] : Buffer.concat(passing)
  }

  /** What is held when the stream ends. */
  rest(): Uint8Array {
    return this.#release()
  }

  /** Whether this byte ends a blank line; the LF after a CR belongs to the CR. */
  #endsEvent(byte: number | undefined): boolean {
    const isSecondHalf = byte === LF && this.#wasCr
    this.#wasCr = byte === CR
    if (isSecondHalf) return false
    const isBreak = byte === LF || byte === CR
    const isBlank = isBreak && this.#isAtLineStart
    this.#isAtLineStart = isBreak
    return isBlank
  }

  #release(): Uint8Array {
    const [first, ...others] = this.#held
    this.#held = []
    if (first === undefined) return new Uint8Array()
    const event = others.length === 0 ? first : Buffer.concat([first, ...others])
    return isUsageAlone(event) ? new Uint8Array() : event
  }
}

/** Whether the event is the one that `stream_options.include_usage` adds: usage, and no choice. */
function isUsageAlone(event: Uint8Array): boolean {
  const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString('utf8')
  if (!text.includes('"usage"')) return false
  let isAlone = false
  const onEvent = ({ data }: { data: string }): void => {
    const object = parseJson(data)
    if (!isObject(object)) return
    const { choices, usage } = object
    isAlone = isObject(usage) && Array.isArray(choices) && choices.length === 0
  }
  createParser({ onEvent }).feed(`${text}\n\n`)
  return isAlone
}
