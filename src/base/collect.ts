/** While a bench file of base is loaded, what it would register is collected instead. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** A call of agentBench or agentSweep, of which this room knows the name only. */
export interface Definition {
  name: string
}

// By asynchronous context: nothing that head does meanwhile falls into it.
const collecting = new AsyncLocalStorage<Definition[]>()

/** Takes what a bench file defines; false, when nothing is being collected, leaves it to be registered. */
export function collected(definition: Definition): boolean {
  const found = collecting.getStore()
  found?.push(definition)
  return found !== undefined
}

/** What is defined while `load` runs. */
export async function collect(load: () => Promise<unknown>): Promise<Definition[]> {
  const found: Definition[] = []
  await collecting.run(found, load)
  return found
}
