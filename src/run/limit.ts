/**
 * How long a trial may take, whatever its agent and its checks do. `trialTimeout` says it, or the warm-up shows it. The
 * warm-up itself may take as long as its calls do, which have limits of their own, but not wait for anything else.
 */
import { watchDeadlines } from '../call/index.ts'
import type { ChimeraError } from '../errors.ts'
import { trialErrors } from './messages.ts'

/** Least limit that nobody asked for, ms. */
const LEAST_MS = 60_000
/** Trials vary, by the length of their replies more than by anything else. */
const FACTOR = 10

/** In ms; Infinity where there is none. */
export interface TrialLimit {
  /** From the trial's beginning to the end of its last check. */
  total: number
  /** Without an open call. */
  idle: number
}

/**
 * The limit of the next trial.
 *
 * @param longest duration of the longest valid warm-up trial, ms; undefined as long as there is none
 */
export function trialLimit(
  asked: number | undefined,
  longest: number | undefined,
  timeBudget: number | undefined,
): TrialLimit {
  if (asked !== undefined) return { total: asked, idle: Infinity }
  const most = timeBudget === undefined ? Infinity : Math.max(LEAST_MS, timeBudget)
  if (longest === undefined) return { total: most, idle: LEAST_MS }
  return { total: Math.min(most, Math.max(LEAST_MS, FACTOR * longest)), idle: Infinity }
}

/** The time of one trial. */
export interface TrialClock {
  /** Aborts with the run, and at the limit with its error. */
  signal: AbortSignal
  /** Begins to watch; `idleSince` is when the last call ended, performance.now(), and now while one is open. */
  watch: (idleSince: () => number) => void
  /** Why the trial has to end, once its limit has passed. */
  missed: () => ChimeraError | undefined
  /** Settles as `work` does, or rejects at the limit; work that goes on then is left behind. */
  within: <T>(work: Promise<T>, part: string) => Promise<T>
  stop: () => void
}

/** The time of a trial that begins now. */
export function startTrialClock({ total, idle }: TrialLimit, run: AbortSignal): TrialClock {
  const origin = performance.now()
  const own = new AbortController()
  const { promise: over, reject } = Promise.withResolvers<never>()
  over.catch(() => {})
  let part = 'agent'
  let error: ChimeraError | undefined
  let stopWatch = (): void => {}

  const follow = (): void => own.abort(run.reason)
  if (run.aborted) follow()
  else run.addEventListener('abort', follow, { once: true })

  function missed(): void {
    const isTotal = performance.now() >= origin + total
    error = isTotal ? trialErrors.tooLong(part, total) : trialErrors.idle(part, idle)
    own.abort(error)
    reject(error)
  }

  return {
    signal: own.signal,
    watch: (idleSince) => {
      stopWatch = watchDeadlines({ next: () => Math.min(origin + total, idleSince() + idle), missed })
    },
    missed: () => error,
    within: (work, name) => {
      part = name
      work.catch(() => {})
      return Promise.race([work, over])
    },
    stop: () => {
      stopWatch()
      run.removeEventListener('abort', follow)
    },
  }
}
