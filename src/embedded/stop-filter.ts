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
