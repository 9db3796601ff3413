/** The graphics cards of the machine, for the line that names it. */
import type { Environment, Gpu } from '../../schema/generated.ts'
import { bytes } from '../../text/index.ts'

/** `; 2 × NVIDIA H200 (driver 580.159.04, 150.8 GB)`, to follow the processor; empty where no GPU was seen. Not escaped. */
export function gpuText({ gpu = [] }: Environment): string {
  const kinds = Map.groupBy(gpu, one)
  return [...kinds].map(([text, { length }]) => `; ${length > 1 ? `${length} × ` : ''}${text}`).join('')
}

function one({ name, driver, memory }: Gpu): string {
  const facts = [
    ...(driver === undefined ? [] : [`driver ${driver}`]),
    ...(memory === undefined ? [] : [bytes(memory)]),
  ]
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`
}
