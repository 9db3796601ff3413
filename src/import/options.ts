/**
 * Options as they were asked for: the older client kept them as 32-bit floats, and 0.6 was recorded, and sent, as
 * 0.6000000238418579. The shortest decimal that becomes the same float is what its user wrote.
 */
export function asRequested(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === 'number' ? shortest(value) : value,
    ]),
  )
}

function shortest(value: number): number {
  if (Math.fround(value) !== value) return value
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
