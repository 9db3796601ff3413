/** `format` of a request as a grammar that sampling obeys: `json`, or a JSON Schema. */
import type { Llama, LlamaGrammar, LlamaGrammarEvaluationState, LlamaModel } from 'node-llama-cpp'
import { HttpError } from './http.ts'
import { isObject } from '../json.ts'

/** A fresh grammar state for one reply, or undefined if the request sets no format. */
export async function grammarFor(
  llama: Llama,
  model: LlamaModel,
  format: unknown,
): Promise<LlamaGrammarEvaluationState | undefined> {
  if (format === undefined || format === null || format === '') return undefined
  if (format !== 'json' && !isObject(format)) {
    throw new HttpError(
      500,
      `invalid format: ${JSON.stringify(format)}; expected "json" or a valid JSON Schema object`,
    )
  }
  const { LlamaGrammarEvaluationState: State } = await import('node-llama-cpp')
  try {
    const grammar = format === 'json' ? await llama.getGrammarFor('json') : await schemaGrammar(llama, format)
    return new State({ model, grammar })
  } catch {
    throw new HttpError(500, 'invalid JSON schema in format')
  }
}

/** The library's grammar ends in four line breaks, its own sign to stop; the end token does that here. */
const tail = ' "\\n\\n\\n\\n" [\\n]*'

async function schemaGrammar(llama: Llama, schema: object): Promise<LlamaGrammar> {
  type Schema = Parameters<Llama['createGrammarForJsonSchema']>[0]
  const { grammar } = await llama.createGrammarForJsonSchema(supported(schema) as Schema)
  return llama.createGrammar({ grammar: grammar.replace(tail, '') })
}

/** The schema with `anyOf` and `definitions` under the names that the grammar's maker knows. */
function supported(schema: unknown): unknown {
  if (typeof schema === 'string') return schema.replace(/^#\/definitions\//, '#/$defs/')
  if (Array.isArray(schema)) return schema.map(supported)
  if (!isObject(schema)) return schema
  const names: Record<string, string> = { anyOf: 'oneOf', definitions: '$defs' }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [names[key] ?? key, supported(value)]),
  )
}
