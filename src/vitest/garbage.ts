/**
 * Collects garbage between trials. V8 itself waits until there are some hundred megabytes of it, and then stops a process
 * when it likes, in the middle of a call too. And it keeps the room for young objects small, which V8 lets grow to 128 MB.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** So much is worth a pause of some tens of milliseconds, bytes. */
const WORTH_IT = 48 * 2 ** 20

let collect: (() => void) | undefined
let left = 0

/** For a process that is started: two halves of so many MB, as Node had them for years. A shorter room is collected faster. */
export const YOUNG_ROOM = '--max-semi-space-size=16'

/** For this process, which runs: the room stays as it is. */
export function keepYoungRoom(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** To be called where nothing is being measured. */
export function collectGarbage(): void {
  const used = size()
  // What others have collected meanwhile is no garbage.
  left = Math.min(left, used)
  if (used - left < WORTH_IT) return
  collect ??= collector()
  collect()
  left = size()
}

function size(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/** Node has no other door to it for a process that runs already. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
