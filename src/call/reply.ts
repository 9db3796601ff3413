import type { Final, Said } from './protocol/index.ts'

/** What has come of a reply so far: when its content arrived, and its final word. */
export class Reply {
  /** Arrival of each chunk that carried content, thinking or a tool call, performance.now(). */
  readonly arrivals: number[] = []
  /** Arrival of the first chunk with answer content. */
  contentAt: number | undefined
  final: Final | undefined
  /** The model that the final word names. */
  served: string | undefined
  #piece = ''
  #trimmed = ''
  #run = 0

  /** How many identical pieces in a row stand at the end. */
  get repeats(): number {
    return this.#run
  }

  /** Takes one event of the reply, whose last byte arrived `at`. */
  take({ content, thinking, other, final, served }: Said, at: number): void {
    if (content) this.contentAt ??= at
    if (content || thinking || other) this.arrivals.push(at)
    if (content || thinking) this.#count(content || thinking || '')
    if (final) this.final = final
    if (served) this.served = served
  }

  /** As Ollama's own guard does, whitespace around a piece is no difference. */
  #count(piece: string): void {
    if (piece !== this.#piece) {
      const trimmed = piece.trim()
      if (trimmed !== this.#trimmed) this.#run = 0
      this.#piece = piece
      this.#trimmed = trimmed
    }
    this.#run++
  }
}
