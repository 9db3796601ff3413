/**
 * Keeps at most one runner (model and context in memory) and decides, as Ollama's scheduler does, when it is
 * loaded, shared, replaced and dropped. Requests are admitted in order; one whose runner options differ waits
 * until the runner is idle, replaces it, and sees the time in its load_duration.
 */
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel } from 'node-llama-cpp'
import { LONGEST_TIMER } from '../clock.ts'
import { sameRunner, type RunnerOptions } from './options.ts'

const DEFAULT_KEEP_ALIVE = 5 * 60_000

/** A loaded model. `sequences` are the idle ones, each with its last prompt still in the cache. */
export interface Runner {
  options: RunnerOptions
  model: LlamaModel
  context: LlamaContext
  sequences: LlamaContextSequence[]
  /** Admits as many completions as there are sequences. */
  queue: Queue
  users: number
  keepAlive: number
  expiresAt: number
}

export class Engine {
  readonly #llama: Llama
  readonly #path: string
  readonly #parallel: number
  readonly #keepOn: (threads: number) => void
  readonly #admission = new Queue(1)
  #runner: Runner | undefined
  #idle: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param keepOn is told before a model is loaded how many threads it gets */
  constructor(llama: Llama, path: string, parallel: number, keepOn: (threads: number) => void = () => {}) {
    this.#llama = llama
    this.#path = path
    this.#parallel = parallel
    this.#keepOn = keepOn
  }

  get llama(): Llama {
    return this.#llama
  }

  /** The runner in memory, if there is one. */
  get loaded(): Runner | undefined {
    return this.#runner
  }

  /** A runner for these options, loaded if need be. Every `use` needs its `release`. */
  async use(options: RunnerOptions, keepAlive: number | undefined, signal: AbortSignal): Promise<Runner> {
    const leave = await this.#admission.enter(signal)
    try {
      if (this.#runner && !sameRunner(this.#runner.options, options)) await this.#drop(this.#runner)
      signal.throwIfAborted()
      this.#runner ??= await this.#load(options)
      clearTimeout(this.#timer)
      const runner = this.#runner
      runner.users++
      if (keepAlive !== undefined) runner.keepAlive = keepAlive
      runner.expiresAt = Date.now() + runner.keepAlive
      return runner
    } finally {
      leave()
    }
  }

  release(runner: Runner): void {
    runner.users--
    if (runner.users > 0) return
    this.#idle?.()
    if (this.#runner === runner) this.#expireAt(runner, Date.now() + runner.keepAlive)
  }

  /** Drops the runner as soon as nobody uses it; resolves at once if somebody does. */
  async unload(): Promise<void> {
    const runner = this.#runner
    if (!runner) return
    runner.keepAlive = 0
    if (runner.users === 0) await this.#dropInTurn(runner)
  }

  #expireAt(runner: Runner, time: number): void {
    runner.expiresAt = time
    clearTimeout(this.#timer)
    const delay = Math.min(Math.max(time - Date.now(), 0), LONGEST_TIMER)
    this.#timer = setTimeout(() => {
      if (runner.users > 0 || this.#runner !== runner) return
      if (Date.now() < runner.expiresAt) this.#expireAt(runner, runner.expiresAt)
      else void this.#dropInTurn(runner)
    }, delay)
    this.#timer.unref()
  }

  async #dropInTurn(runner: Runner): Promise<void> {
    const leave = await this.#admission.enter()
    try {
      if (this.#runner === runner && runner.users === 0) await this.#drop(runner)
    } finally {
      leave()
    }
  }

  /** Waits for the last user, then frees the memory. Only within the admission. */
  async #drop(runner: Runner): Promise<void> {
    if (runner.users > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    this.#idle = undefined
    clearTimeout(this.#timer)
    this.#runner = undefined
    await runner.context.dispose()
    await runner.model.dispose()
  }

  async #load(options: RunnerOptions): Promise<Runner> {
    // More threads than one collapse on small models: they spin at barriers longer than they multiply.
    const threads = Math.max(options.num_thread, 1)
    // Its threads start where this one may run.
    this.#keepOn(threads)
    const model = await this.#llama.loadModel({
      modelPath: this.#path,
      ...(options.use_mmap !== undefined && { useMmap: options.use_mmap }),
    })
    try {
      const context = await model.createContext({
        contextSize: Math.min(Math.max(options.num_ctx, 4), model.trainContextSize),
        batchSize: Math.max(options.num_batch, 1),
        sequences: this.#parallel,
        threads,
        // As Ollama's default; on a CPU it takes half of a small model's time.
        flashAttention: false,
      })
      const sequences = Array.from({ length: this.#parallel }, () => context.getSequence())
      const queue = new Queue(this.#parallel)
      const unused = { users: 0, keepAlive: DEFAULT_KEEP_ALIVE, expiresAt: 0 }
      return { options, model, context, sequences, queue, ...unused }
    } catch (error) {
      await model.dispose()
      throw error
    }
  }
}

/** First come, first served: a fixed number of places, and a line for those who wait. */

export class Queue {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(places: number) {
    this.#free = places
  }

  /** Resolves with the function that gives the place back; rejects with the signal's reason if it aborts first. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    let left = false
    return () => {
      if (left) return
      left = true
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(go)
    })
  }
}
