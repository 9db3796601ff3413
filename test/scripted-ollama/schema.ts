import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

const schema = JSON.parse(readFileSync(new URL('../../schemas/trial.schema.json', import.meta.url), 'utf8'))
const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false })
ajv.addSchema(schema)
const validate = ajv.getSchema('trial.schema.json#/$defs/call')

/** Throws unless every one is a call as the trial schema has it. */
export function validateTrialCalls(calls: unknown[]): void {
  for (const call of calls) {
    if (!validate?.(call)) throw new Error(`${ajv.errorsText(validate?.errors)}: ${JSON.stringify(call)}`)
  }
}
