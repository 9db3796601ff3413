/** Values a statistic cannot be computed from: a caller's mistake, or data that escaped validation. */
export class InvalidValuesError extends Error {
  override name = 'InvalidValuesError'

  /** Message in the grammar "Invalid X: expected Y but received Z". */
  constructor(what: string, expected: string, received: unknown) {
    super(`Invalid ${what}: expected ${expected} but received ${String(received)}.`)
  }
}
