/** A server that goes away in mid-run, and whether what comes back is the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import { factsOf, type Facts } from '../judge/plan.ts'
import { configsOf } from '../judge/comparable.ts'
import type { Trial } from '../schema/generated.ts'
import { modelFacts } from '../server/index.ts'
import type { ServedArm, ServedConfig } from './arms.ts'
import { askServer, type Servers } from './facts.ts'
import { runErrors } from './messages.ts'

/** As long as a server takes to start again, and to be replaced by its supervisor, ms. */
export const OUTAGE_MS = 30_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

/** Whether a server may have gone away during a trial. */
export function mayBeOutage({ calls }: Trial): boolean {
  return calls.some(({ reason }) => reason === 'unreachable' || reason === 'truncated_stream')
}

/** Asks with growing pauses until the server answers; false if it does not within `limit` ms. */
export async function awaitServer(
  config: ServedConfig,
  limit: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + limit
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
    if ((await askServer(config)).ok) return true
    const rest = deadline - performance.now()
    // A timer counts whole milliseconds, and may be early by one.
    if (signal.aborted || rest < 1) return false
    await sleep(Math.min(pause, Math.ceil(rest)), undefined, { signal }).catch(() => {})
  }
}

/** What is no longer as it was when the suite began: a server's version, or the digest behind a model's name. */
export async function findChange(
  arms: readonly ServedArm[],
  servers: Servers,
  facts: Facts,
): Promise<string | undefined> {
  for (const { config, answer: before } of servers.values()) {
    const { host } = config
    const now = await askServer(config)
    const [was, is] = [before, now].map((answer) => (answer.ok ? answer.value.version : undefined))
    if (was !== undefined && is !== undefined && was !== is) return runErrors.newVersion(host, was, is)
  }
  const known = arms.flatMap((arm) => {
    const { digest, agents } = factsOf(facts, arm)
    return configsOf(arm).map((config) => ({
      config,
      was: arm.agents === undefined ? digest : agents?.find(({ name }) => name === config.name)?.digest,
    }))
  })
  const places = Map.groupBy(known, ({ config: { host, model } }) => JSON.stringify([host, model]))
  for (const [place] of places.values()) {
    if (place?.was === undefined) continue
    const { host, model } = place.config
    const now = await modelFacts(place.config, model)
    const is = now.ok ? now.value.digest : undefined
    if (is !== undefined && is !== place.was) return runErrors.newDigest(host, model)
  }
  return undefined
}
