import { AsyncLocalStorage } from 'node:async_hooks'
import { roundMs } from '../clock.ts'
import type { StageTime } from '../schema/generated.ts'

/** Where in an agent a call is made. */
export interface CallContext {
  stage: string | null
  agent: string | undefined
}

/** Knows for every line of asynchronous work which stage and which agent it belongs to, also when they run at once. */
export class CallContexts {
  readonly #storage = new AsyncLocalStorage<CallContext>()
  readonly #origin: number
  readonly #ended: StageTime[] = []
  readonly #open = new Map<CallContext, CallContext | undefined>()

  /** `origin` is performance.now() when the trial began. */
  constructor(origin: number) {
    this.#origin = origin
  }

  current(): CallContext {
    return this.#storage.getStore() ?? { stage: null, agent: undefined }
  }

  /** Where a call is made that comes from outside this process: the place where work goes on, if there is only one. */
  likely(): CallContext {
    const around = new Set(this.#open.values())
    const places = [...this.#open.keys()].filter((place) => !around.has(place))
    const [first] = places
    const same = (key: 'stage' | 'agent'): boolean => places.every((place) => place[key] === first?.[key])
    return {
      stage: (same('stage') && first?.stage) || null,
      agent: same('agent') ? first?.agent : undefined,
    }
  }

  /** Runs work in a place that differs from this one in what is given. */
  async run<T>(change: Partial<CallContext>, work: () => Promise<T>): Promise<T> {
    const place = { ...this.current(), ...change }
    this.#open.set(place, this.#storage.getStore())
    try {
      return await this.#storage.run(place, work)
    } finally {
      this.#open.delete(place)
    }
  }

  /** Runs work as a stage and takes its time, also when it fails. */
  stage<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return this.run({ stage: name }, async () => {
      const start = performance.now()
      try {
        return await work()
      } finally {
        this.#ended.push({
          name,
          start: roundMs(start - this.#origin),
          duration: roundMs(performance.now() - start),
        })
      }
    })
  }

  /** The stages that have ended, by their start. */
  stages(): StageTime[] {
    return this.#ended.toSorted((a, b) => a.start - b.start)
  }
}
