import type { ChatRequest, GenerateRequest, GenerateResponse } from 'ollama'
import type { Body, Said } from './protocol/index.ts'

/** `generate` without what the arm decides. */
export type GenerateInput = Omit<GenerateRequest, 'model' | 'stream'>
/** `chat` without what the arm decides. */
export type ChatInput = Omit<ChatRequest, 'model' | 'stream'>
/** A whole reply; its text is never undefined. */
export type Generated = GenerateResponse & { response: string }

/** A call of `generate` or `chat`: what it sends where, and how the events of its reply become what it resolves to. */
export interface Gathering<T> {
  path: string
  body: Body
  /** Model options of the call, where they are not part of the body. */
  options?: object | undefined
  take: (said: Said) => void
  result: () => T
}

/** A text put together from pieces. Added to a string one by one, a million of them would be kept to the end of the reply. */
export class Text {
  #whole = ''
  #pieces: string[] = []

  add(piece: string): void {
    if (piece === '') return
    if (this.#pieces.push(piece) === 1024) this.toString()
  }

  toString(): string {
    this.#whole += this.#pieces.join('')
    this.#pieces = []
    return this.#whole
  }
}
