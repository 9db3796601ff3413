/** Text of tokens one by one; bytes of an unfinished character wait for the rest of it. */
import type { LlamaModel, Token } from 'node-llama-cpp'

/** Tokens before a piece that decide about its leading space. */
const LOOK_BACK = 4
/** Four bytes make the longest character: what is still broken after as many tokens stays so. */
const LONGEST_CHARACTER = 4

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
