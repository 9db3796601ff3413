/** The text of a reply: what a token completes, and what of it may be sent. */
import type { LlamaModel, Token } from 'node-llama-cpp'

/** Holds text back while it may be the beginning of a stop string, and ends the reply at a whole one. */
export class StopFilter {
  readonly #stops: readonly string[]
  #held = ''
  #hit = false

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '')
  }

  /** Whether a stop string has come; what followed it is gone. */
  get hit(): boolean {
    return this.#hit
  }

  /** Text that may be sent after this much more has come. */
  push(text: string): string {
    if (this.#hit) return ''
    const all = this.#held + text
    const ends = this.#stops.map((stop) => all.indexOf(stop)).filter((index) => index >= 0)
    this.#hit = ends.length > 0
    const end = this.#hit ? Math.min(...ends) : all.length - this.#beginning(all)
    this.#held = this.#hit ? '' : all.slice(end)
    return all.slice(0, end)
  }

  /** The rest, once no more will come. */
  flush(text: string): string {
    const sent = this.push(text)
    const held = this.#held
    this.#held = ''
    return sent + held
  }

  /** Length of the longest end of `text` that begins a stop string. */
  #beginning(text: string): number {
    let longest = 0
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length
      }
    }
    return longest
  }
}

/** Tokens before a piece that decide about its leading space. */
const LOOK_BACK = 4
/** Four bytes make the longest character: what is still broken after as many tokens stays so. */
const LONGEST_CHARACTER = 4

/** Text of tokens one by one; bytes of an unfinished character wait for the rest of it. */
export class Detokenizer {
  /** The prompt and all that was pushed. */
  readonly tokens: Token[]
  readonly #model: LlamaModel
  #pending = 0

  constructor(model: LlamaModel, prompt: readonly Token[]) {
    this.#model = model
    this.tokens = [...prompt]
  }

  /** The text this token completes, perhaps none yet. */
  push(token: Token): string {
    this.tokens.push(token)
    this.#pending++
    const text = this.#text()
    if (text.endsWith('\ufffd') && this.#pending < LONGEST_CHARACTER) return ''
    this.#pending = 0
    return text
  }

  /** What is left when no more will come. */
  flush(): string {
    const text = this.#pending > 0 ? this.#text() : ''
    this.#pending = 0
    return text
  }

  #text(): string {
    const start = this.tokens.length - this.#pending
    const before = this.tokens.slice(Math.max(0, start - LOOK_BACK), start)
    return this.#model.detokenize(this.tokens.slice(start), false, before)
  }
}
