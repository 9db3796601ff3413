/**
 * What a module of base gets for `vitest`: the same, but that nothing is registered. `describe` runs what it is given,
 * so that an agentBench in it is seen; tests, hooks and benchmarks are passed over, those of head being the run's.
 */
export * from 'vitest'

/** Called or read in any way, it does nothing. */
const nothing: Quiet = new Proxy(function () {} as unknown as Quiet, {
  get: () => nothing,
  apply: () => nothing,
})

interface Quiet {
  (...args: readonly unknown[]): Quiet
  [name: string]: Quiet
}

export const test: Quiet = nothing
export const it: Quiet = nothing
export const beforeAll: Quiet = nothing
export const beforeEach: Quiet = nothing
export const afterAll: Quiet = nothing
export const afterEach: Quiet = nothing
export const aroundAll: Quiet = nothing
export const aroundEach: Quiet = nothing

type Block = (...args: readonly unknown[]) => unknown

interface Describe {
  (name: unknown, ...args: readonly unknown[]): unknown
  [name: string]: unknown
}

export const describe: Describe = describing()
export const suite: Describe = describing()

/** `describe` itself and what its chain makes of it: `only`, `concurrent`, … run their block, `skip` and `todo` do not. */
function describing(): Describe {
  const run = (_: unknown, ...args: readonly unknown[]): unknown => args.find(isBlock)?.()
  const conditional = (runs: boolean): unknown => (runs ? describe : nothing)
  const chain: Record<string, unknown> = {
    skip: nothing,
    todo: nothing,
    skipIf: (condition: unknown) => conditional(!condition),
    runIf: (condition: unknown) => conditional(Boolean(condition)),
    each: overCases((one) => (Array.isArray(one) ? one : [one])),
    for: overCases((one) => [one]),
  }
  return new Proxy(run, {
    get: (_, name) => chain[String(name)] ?? describe,
  }) as Describe
}

function overCases(spread: (one: unknown) => readonly unknown[]) {
  return (cases: readonly unknown[]) =>
    (_: unknown, ...args: readonly unknown[]): void => {
      for (const one of cases) args.find(isBlock)?.(...spread(one))
    }
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'function'
}
