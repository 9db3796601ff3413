/** Values a statistic cannot be computed from: a caller's mistake, or data that escaped validation. */
export class InvalidValuesError extends Error {
  override name = 'InvalidValuesError'

  /** Message in the grammar "Invalid X: expected Y but received Z". */
  constructor(what: string, expected: string, received: unknown) {
    super(`Invalid ${what}: expected ${expected} but received ${String(received)}.`)
  }
}

/**
 * `items[index]` where the index is in range by construction, as in a loop over the items: the type says so, and a
 * mistake ends in an error instead of a NaN that travels on. Loops that run a million times index typed arrays
 * directly, with a cast: one function for arrays of every kind makes them several times slower.
 *
 * @throws RangeError if nothing is there
 */
export function at<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`No item ${index} among ${items.length}.`)
  return item
}
