/**
 * Ctrl-C and SIGTERM, from wherever they come. Vitest would end at once and lose everything; here the first signal cancels
 * the run, so that it ends with its reports, and the second one, or too long a wait, ends the process.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const

/**
 * A signal to `vitest-chimera gate` or `audit`, passed on by src/gate/bench.ts: this process may have had it as well, or
 * have it next, as one to a process group reaches its members one by one.
 */
const PASSED_ON = 'SIGUSR2'

/** Longest time between the one passed on and the same one, when it reaches this process itself, ms. */
const SAME_MS = 1000

/** Longest wait for a cancelled run to end by itself, ms; the rest of half a minute is for the reports. */
const PATIENCE_MS = 20_000

const ignore = (): void => {}

/** What is to be done on a signal. */
interface SignalHandlers {
  /** Asks the run to stop; `signal` is what to call it. */
  onFirst: (signal: string) => Promise<void>
  /** Saves what there is, when the run did not stop or a second signal came. */
  onLast: () => Promise<void>
}

/** Takes both signals over from whoever has them; the returned function gives them back. */
export function interceptSignals({ onFirst, onLast }: SignalHandlers): () => void {
  let received = false
  let isSame = false
  let patience: NodeJS.Timeout | undefined
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    await onLast()
    process.exit(128 + (signal === 'SIGINT' ? 2 : 15))
  }
  const handler = (signal: NodeJS.Signals): void => {
    if (received) return signal === PASSED_ON || isSame ? undefined : void end(signal)
    received = true
    if (signal === PASSED_ON) {
      isSame = true
      setTimeout(() => (isSame = false), SAME_MS).unref()
    }
    process.exitCode = 1
    patience = setTimeout(() => void end(signal), PATIENCE_MS)
    patience.unref()
    // A run that fails while it is being cancelled has still been cancelled.
    onFirst(signal === PASSED_ON ? 'Interrupted' : signal).catch(() => {})
  }
  const theirs = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const)
  for (const [signal, listeners] of theirs) {
    for (const listener of listeners) process.off(signal, listener)
    process.on(signal, handler)
  }
  return () => {
    clearTimeout(patience)
    for (const [signal, listeners] of theirs) {
      process.off(signal, handler)
      for (const listener of listeners) process.on(signal, listener)
    }
    // One that is passed on late finds the reports written: without a listener it would end the process at once.
    process.off(PASSED_ON, ignore).on(PASSED_ON, ignore)
  }
}
