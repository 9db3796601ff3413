import { checkMessages } from './messages.ts'
import { compileSchema } from '../schema/validate.ts'
import { named, type Check } from './check.ts'
import { text } from './text.ts'

/**
 * The output is valid against a JSON Schema (draft 2020-12). An object is judged as it is; a text, or a model's
 * response, is parsed as JSON first, a ```json fence around it aside. Throws a ChimeraError when the schema is faulty.
 */
export function matchesSchema(schema: object): Check {
  const faults = compileSchema(schema, 'output')
  return named('matchesSchema', ({ output }) => {
    const parsed = asData(output)
    if ('problem' in parsed) return checkMessages.notJson(parsed.problem)
    const found = faults(parsed.data)
    return found.length > 0 ? checkMessages.schemaFaults(found) : undefined
  })
}

function asData(output: unknown): { data: unknown } | { problem: string } {
  const isResponse = typeof output === 'object' && output !== null && 'done' in output
  if (typeof output !== 'string' && !isResponse) return { data: output }
  const json = text(output)
    .trim()
    .replace(/^```(?:json)?\s*\n([\s\S]*)\n```$/, '$1')
  try {
    return { data: JSON.parse(json) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
