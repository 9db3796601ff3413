/**
 * The process boundary: what crosses it is held to the JSON Schemas here, and trusted inside.
 * The only file that knows ajv; its errors become sentences with a path and a cure.
 */
import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { schemaErrors, shown } from './messages.ts'
import { telling } from './unions.ts'
import type { Audit, Report, Trial } from './generated.ts'

/** What is wrong with a value, one sentence a fault; empty when it is valid. */
export type Validator = (value: unknown) => string[]

/** Compiles any JSON Schema (draft 2020-12). Throws a ChimeraError when the schema itself is faulty. */
export function compileSchema(schema: object, subject = 'value'): Validator {
  const ajv = createAjv(false)
  try {
    const validate = ajv.compile(schema)
    return (value) => (validate(value) ? [] : sentences(validate.errors ?? [], subject))
  } catch (error) {
    throw schemaErrors.badSchema(error)
  }
}

/** Faults of a trial against `schemas/trial.schema.json`. */
export const trialFaults: Validator = ownSchema('trial')

/** Faults of a report against `schemas/report.schema.json`. */
export const reportFaults: Validator = ownSchema('report')

/** Faults of a summary against `schemas/summary.schema.json`. */
export const summaryFaults: Validator = ownSchema('summary')

/** Faults of an audit against `schemas/audit.schema.json`. */
const auditFaults: Validator = ownSchema('audit')

/** `value` as a trial, or a ChimeraError that lists every fault; `where` names its origin. */
export const asTrial: (value: unknown, where: string) => Trial = heldTo('trial', trialFaults)

/** `value` as a report, or a ChimeraError that lists every fault; `where` names its origin. */
export const asReport: (value: unknown, where: string) => Report = heldTo('report', reportFaults)

/** `value` as an audit, or a ChimeraError that lists every fault; `where` names its origin. */
export const asAudit: (value: unknown, where: string) => Audit = heldTo('audit', auditFaults)

interface Own {
  trial: Trial
  report: Report
  audit: Audit
}

function heldTo<Name extends keyof Own>(
  name: Name,
  faultsOf: Validator,
): (value: unknown, where: string) => Own[Name] {
  return (value, where) => {
    const faults = faultsOf(value)
    if (faults.length > 0) throw schemaErrors.invalid(name, where, faults)
    return value as Own[Name]
  }
}

type OwnSchema = 'trial' | 'report' | 'summary' | 'audit'

function ownSchema(name: OwnSchema): Validator {
  let compiled: Validator | undefined
  return (value) => {
    compiled ??= compileOwn(name)
    return compiled(value)
  }
}

function compileOwn(name: OwnSchema): Validator {
  const validate = ownAjv(name).compile({ $ref: `${name}.schema.json` })
  return (value) => (validate(value) ? [] : sentences(validate.errors ?? [], name))
}

/** What takes options: the functions of the public surface, and an arm. */
export type OptionsKind = 'chimera' | 'embedded' | 'agentBench' | 'agentSweep' | 'arm'

/** A fault of options as ajv tells it; options.ts makes a sentence of it. */
export type OptionFault = Pick<
  ErrorObject,
  'keyword' | 'instancePath' | 'schemaPath' | 'params' | 'parentSchema' | 'data' | 'propertyName'
>

const ofOptions = new Map<OptionsKind, ValidateFunction>()

/** Faults of options against `schemas/options.schema.json`. */
export function optionFaults(kind: OptionsKind, options: unknown): OptionFault[] {
  let validate = ofOptions.get(kind)
  if (validate === undefined) {
    const ajv = ownAjv('options', 'report')
    ofOptions.set(kind, (validate = ajv.compile({ $ref: `options.schema.json#/$defs/${kind}` })))
  }
  return validate(options) ? [] : [...(validate.errors ?? [])]
}

let shared: Ajv2020 | undefined

/** One for all schemas of ours: what they have in common is compiled once. */
function ownAjv(...names: (OwnSchema | 'options')[]): Ajv2020 {
  shared ??= createAjv(true)
  for (const name of names)
    if (shared.schemas[`${name}.schema.json`] === undefined) shared.addSchema(readOwn(name))
  return shared
}

function readOwn(name: OwnSchema | 'options'): AnySchemaObject {
  const path = new URL(`../../schemas/${name}.schema.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')) as AnySchemaObject
}

function createAjv(own: boolean): Ajv2020 {
  // Our own schemas are held to ajv's strict mode; a user's may use keywords of other tools.
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: own,
    // A test holds ours to the meta-schema; compiling that takes longer than most of them.
    validateSchema: !own,
    strictTypes: false,
    strictRequired: false,
  })
  for (const annotation of ['tsType', 'expected', 'meant', 'unknown']) ajv.addKeyword(annotation)
  ajv.addKeyword({ keyword: 'callable', validate: (_: true, data: unknown) => typeof data === 'function' })
  ajv.addKeyword({
    keyword: 'named',
    validate: (member: string, data: unknown) => {
      const name: unknown = typeof data === 'function' ? Reflect.get(data, member) : undefined
      return name === undefined || (typeof name === 'string' && name.trim() !== '')
    },
  })
  ajv.addKeyword({
    keyword: 'ordered',
    type: 'object',
    validate: (_: true, { min, max }: { min?: unknown; max?: unknown }) => !(Number(min) > Number(max)),
  })
  formats.default(ajv)
  return ajv
}

/** At most this many faults are listed: a wrong file has hundreds, and the first few explain them all. */
const MAX_FAULTS = 8

function sentences(errors: readonly ErrorObject[], subject: string): string[] {
  const told = new Set(telling(errors).map((error) => sentence(error, subject)))
  const list = [...told]
  return list.length > MAX_FAULTS
    ? [...list.slice(0, MAX_FAULTS), `… and ${list.length - MAX_FAULTS} more faults.`]
    : list
}

function sentence(error: ErrorObject, subject: string): string {
  const path = subject + error.instancePath.replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.')
  switch (error.keyword) {
    case 'required':
      return `${path}: "${error.params['missingProperty']}" is missing.`
    case 'additionalProperties':
      return `${path}: "${error.params['additionalProperty']}" is not a known property.`
    case 'enum':
      return `${path}: Expected one of ${(error.params['allowedValues'] as unknown[]).join(', ')} but received ${shown(error.data)}.`
    case 'unevaluatedProperties':
      return `${path}: "${error.params['unevaluatedProperty']}" is not a known property.`
    case 'const':
      return `${path}: Expected ${shown(error.params['allowedValue'])} but received ${shown(error.data)}.`
    case 'false schema':
      return `${path}: must be absent here.`
    default:
      return `${path}: ${error.message ?? 'is invalid'} but received ${shown(error.data)}.`
  }
}
