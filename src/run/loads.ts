import { keepAliveMs } from '../judge/blocks.ts'
import { fullName, type MadeCall } from '../call/index.ts'
import { listed, preload, sharesRunner, type RunningModel } from '../server/index.ts'
import type { Call } from '../schema/generated.ts'
import type { ServedConfig } from './arms.ts'
import { warmLimit } from './cold.ts'

/** What one server has of one model, as far as this run has seen and asked. */
interface Resident {
  /**
   * there: loaded with `options`; gone: unloaded; foreign: loaded by someone else, with other options; unsure: it takes
   * the next load to say.
   */
  state: 'there' | 'gone' | 'foreign' | 'unsure'
  options: Record<string, unknown>
  /** When its last call ended, and when it leaves by that call's keep_alive, performance.now(). */
  ended: number
  until: number
  /** Whether /api/ps ever showed it: a server without that list shows no model gone. */
  listed: boolean
  /** Its context and size as /api/ps showed them; undefined until it does after a load of ours. */
  runner: string | undefined
  /** load_duration of the calls that found it there, ms, the latest last. */
  warm: number[]
}

/** A level follows a machine that changes within an hour's run. */
const MOST_LOADS = 200

/**
 * Tells the calls that loaded the model from those that found it loaded. What was asked for says it where it can: a
 * keep_alive of 0, or one that ran out, other runner options, a model gone from /api/ps. Where the model ought to be
 * there, a load far above the warm level of its server says that someone else made it leave.
 */
export class Loads {
  readonly #residents = new Map<string, Resident>()

  /** Loads the config's model ahead of its calls. */
  async preload(config: ServedConfig, signal: AbortSignal): Promise<Awaited<ReturnType<typeof preload>>> {
    const answer = await preload(config, config, { signal })
    const resident = this.#of(config)
    const stays = keepAliveMs(config.keep_alive) ?? Infinity
    resident.state = !answer.ok ? 'unsure' : stays === 0 ? 'gone' : 'there'
    resident.options = config.options
    resident.runner = undefined
    resident.ended = performance.now()
    resident.until = resident.ended + stays
    return answer
  }

  /** The server has unloaded the model. */
  dropped(host: string, model: string): void {
    this.#of({ host, model }).state = 'gone'
  }

  /** The server has started anew, with no model loaded. */
  restarted(host: string): void {
    for (const [key, resident] of this.#residents) if (JSON.parse(key)[0] === host) resident.state = 'gone'
  }

  /** Asks the servers, before a trial, for models that have left unasked. */
  async look(configs: readonly ServedConfig[]): Promise<void> {
    const places = Map.groupBy(configs, (config) => this.#of(config))
    for (const [resident, [config]] of places) {
      if (config === undefined || resident.state === 'gone') continue
      const answer = await listed(config, config.model)
      if (answer === undefined) continue
      if (answer.entry === undefined) {
        if (resident.listed) resident.state = 'gone'
        continue
      }
      const runner = runnerOf(answer.entry)
      if (resident.state === 'unsure') resident.state = 'there'
      if (resident.runner !== undefined && resident.runner !== runner) resident.state = 'foreign'
      resident.runner = runner
      resident.listed = true
    }
  }

  /** A trial's calls, in the order in which they began, each with whether it loaded the model; `origin` is when the trial did. */
  mark(made: readonly MadeCall[], origin: number): Call[] {
    const evidence: Resident['state'][] = []
    for (const one of made) {
      evidence.push(this.#find(one, made.slice(0, evidence.length), evidence, origin))
      leave(this.#of(one), one, origin)
    }
    return made.map(({ call, ...asked }, i) => {
      const { load_duration: load } = call
      const limit = warmLimit(this.#of(asked).warm, evidence[i] === 'foreign')
      const isLong = load !== undefined && (limit === undefined ? evidence[i] !== 'there' : load > limit)
      return { ...call, cold: evidence[i] === 'gone' || isLong }
    })
  }

  /** What the call found; one that found the model there shows the warm level. */
  #find(
    one: MadeCall,
    before: readonly MadeCall[],
    evidence: readonly Resident['state'][],
    origin: number,
  ): Resident['state'] {
    const { call } = one
    const resident = this.#of(one)
    const same = (other: MadeCall): boolean => this.#of(other) === resident
    const isOpen = before.some((other) => same(other) && endOf(other) > call.start)
    // It waits for a load that another call began.
    if (before.some((other, i) => same(other) && evidence[i] !== 'there' && loadedAt(other) > call.start))
      return 'unsure'
    const found = stateAt(resident, isOpen ? -Infinity : origin + call.start, call.options)
    if (found === 'there' && call.load_duration !== undefined) {
      resident.warm.push(call.load_duration)
      if (resident.warm.length > MOST_LOADS) resident.warm.shift()
    }
    return found
  }

  #of({ host, model }: { host: string; model: string }): Resident {
    const key = JSON.stringify([host, fullName(model)])
    const known = this.#residents.get(key)
    if (known !== undefined) return known
    const unseen: Resident = {
      state: 'unsure',
      options: {},
      ended: -Infinity,
      until: Infinity,
      listed: false,
      runner: undefined,
      warm: [],
    }
    this.#residents.set(key, unseen)
    return unseen
  }
}

function stateAt(
  { state, until, options }: Resident,
  began: number,
  wanted: Record<string, unknown>,
): Resident['state'] {
  if (state !== 'there') return state
  if (began >= until) return 'gone'
  return sharesRunner(options, wanted) ? 'there' : 'unsure'
}

/** The model as the call leaves it; of several calls at once, the last to end decides when it goes. */
function leave(resident: Resident, { call, keepAlive }: MadeCall, origin: number): void {
  resident.state = call.valid ? 'there' : 'unsure'
  if (!sharesRunner(resident.options, call.options)) {
    resident.options = call.options
    resident.runner = undefined
  }
  const ended = origin + call.start + call.duration
  if (ended < resident.ended) return
  resident.ended = ended
  resident.until = ended + (keepAliveMs(keepAlive) ?? Infinity)
}

/** When a call that loaded the model had it, ms after the trial began, or gave up waiting. */
function loadedAt({ call }: MadeCall): number {
  return call.start + Math.min(call.duration, call.load_duration ?? Infinity)
}

function endOf({ call }: MadeCall): number {
  return call.start + call.duration
}

function runnerOf({ context_length, size, size_vram }: RunningModel): string {
  return JSON.stringify([context_length, size, size_vram])
}
