/**
 * Collects garbage between trials. V8 itself waits until there are some hundred megabytes of it, and then stops a process
 * when it likes, in the middle of a call too.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** So much is worth a pause of some tens of milliseconds, bytes. */
const WORTH_IT = 48 * 2 ** 20

let collect: (() => void) | undefined
let left = 0

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
