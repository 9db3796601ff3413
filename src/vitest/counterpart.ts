/** Which suite of base's bench file a suite of head's is held against, and what of base's file is left. */
import { isDeepStrictEqual } from 'node:util'
import type { Arm } from '../call/index.ts'
import type { AgentBenchOptions } from '../run/agent.ts'
import type { SuiteRequest } from './wire.ts'

/** A bench file's config comparison, which a code comparison takes its arms from. */
export type ConfigRequest = SuiteRequest & { definition: { kind: 'config' } }

/** What each tree's bench file defines, whether or not it is run. */
export interface Sides {
  base: readonly ConfigRequest[]
  head: readonly ConfigRequest[]
}

/** The suite of the same name and config in base's file; of another config where each file has one of that name. */
export function counterpart(suite: ConfigRequest, { base, head }: Sides): ConfigRequest | undefined {
  const isNamesake = ({ name }: ConfigRequest): boolean => name === suite.name
  const named = base.filter(isNamesake)
  const isOnlyOne = named.length === 1 && head.filter(isNamesake).length === 1
  return named.find((one) => configOf(one) === configOf(suite)) ?? (isOnlyOne ? named[0] : undefined)
}

/** Base's suites that are the counterpart of none of head's: their names, with the config where head has others of that name. */
export function goneFrom(sides: Sides): string[] {
  const keyOf = (one: ConfigRequest): string => JSON.stringify([one.name, configOf(one)])
  const found = new Set(sides.head.flatMap((one) => counterpart(one, sides) ?? []).map(keyOf))
  return sides.base
    .filter((one) => !found.has(keyOf(one)))
    .map((one) =>
      sides.head.some(({ name }) => name === one.name) ? `${one.name} (${configOf(one)})` : one.name,
    )
}

/** The name of the config that ships; nothing has checked the definition of another suite. */
function configOf({ definition: { options } }: ConfigRequest): string | undefined {
  return options?.candidate && shippedConfig(options).name
}

/** The config of a suite that ships: its candidate, or its baseline where that is compared with itself. */
export function shippedConfig({ baseline, candidate }: AgentBenchOptions): Arm {
  return isDeepStrictEqual({ ...candidate, name: baseline?.name }, baseline) ? baseline : candidate
}

export function isConfig(request: SuiteRequest): request is ConfigRequest {
  return request.definition.kind === 'config'
}
