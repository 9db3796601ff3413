/**
 * The error of every failure a user can meet. Its texts stand in the `messages.ts` of the room that raises it, in one
 * grammar: what happened, where, what to do. Callers name the failure and hand over the facts.
 */

import { redact } from './secrets.ts'

/** An error whose message is complete: shown as it is, without a stack and without secrets. */
export class ChimeraError extends Error {
  override name = 'ChimeraError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(redact(message), options)
    this.code = code
    // What the console asks an object for its text.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), {
      value: () => `${this.name}: ${this.message}`,
    })
  }
}

/** Someone else's sentence within one of ours, which has the full stop. */
export function unended(text: string): string {
  return text.trimEnd().replace(/\.$/, '')
}

/** The message of anything thrown, also of what cannot be read or printed. */
export function messageOf(cause: unknown): string {
  try {
    const isWorded = typeof cause === 'object' && cause !== null && 'message' in cause
    return String(isWorded ? cause.message : cause)
  } catch {
    return 'a value without a readable message'
  }
}
