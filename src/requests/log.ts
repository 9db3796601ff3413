import type { MadeRequest } from '../call/protocol/protocol.ts'
import type { RequestDifference, Role, Trial } from '../schema/generated.ts'
import { firstDifference, type ArmRequests, type KeptRequest } from './difference.ts'
import { fieldsOf } from './fields.ts'

/** Requests of the first block in which both arms were valid, and of an earlier trial of each arm. */
export class RequestLog {
  readonly #earlier = new Map<Role, KeptRequest[]>()
  readonly #first = new Map<Role, KeptRequest[]>()
  /** Number of the block that `first` is of, and its attempt. */
  #block = 0
  #attempt = 0

  /** Whether there is more to keep; from then on requests need not be recorded. */
  get isOpen(): boolean {
    return this.#first.size < 2
  }

  /** Takes the requests of a trial, in the order in which they were made, if it needs them. */
  add({ valid, phase, block, attempt, role }: Trial, made: readonly MadeRequest[]): void {
    if (!this.isOpen || !valid || phase === 'solo') return
    if (phase === 'warmup') {
      if (!this.#earlier.has(role)) this.#earlier.set(role, kept(made))
      return
    }
    if (block !== this.#block || attempt !== this.#attempt) this.#first.clear()
    this.#block = block
    this.#attempt = attempt
    // Of a mini-block the first trial: the arms' first trials share their seed.
    if (!this.#first.has(role)) this.#first.set(role, kept(made))
  }

  /** Undefined where the requests are the same, or no block had a valid trial of both arms. */
  difference(): RequestDifference | undefined {
    const [base, head] = (['baseline', 'candidate'] as const).map((role): ArmRequests | undefined => {
      const requests = this.#first.get(role)
      return requests && { requests, earlier: this.#earlier.get(role) ?? [] }
    })
    const found = base && head && firstDifference(base, head)
    return found && { block: this.#block, ...found }
  }
}

/** Most characters of a trial that are kept; of what is beyond, digests. */
const MOST_CHARACTERS = 2_000_000

function kept(made: readonly MadeRequest[]): KeptRequest[] {
  let left = MOST_CHARACTERS
  return made.map((request) => {
    const fields = fieldsOf(request, left)
    left -= [...fields.values()].reduce((sum, text) => sum + text.length, 0)
    return { stage: request.stage, fields }
  })
}
