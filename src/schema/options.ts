/**
 * What a user sets is held to `schemas/options.schema.json` before anything runs: an unknown name is refused with the
 * nearest known one, a wrong value with what was expected and, where it can be told, with what was meant.
 */
import { ChimeraError } from '../errors.ts'
import { nearest, plain } from '../text/index.ts'
import { optionErrors } from './messages.ts'
import { optionFaults, type OptionFault, type OptionsKind } from './validate.ts'

/**
 * Refuses options that their schema does not allow; `where` says whose they are, such as `suite "rivers" in
 * rivers.bench.ts`.
 *
 * @throws ChimeraError `unknown_option`, `unknown_metric` or `bad_option`, by the first fault; its message has them all.
 */
export function checkOptions(kind: OptionsKind, options: unknown, where: string): void {
  const told = telling(optionFaults(kind, options)).map((fault) => worded(fault, where))
  const [first] = told
  if (first === undefined) return
  const messages = new Set(told.map(({ message }) => message))
  throw new ChimeraError(first.code, [...messages].join(' '))
}

/** One fault a place: of a union the union itself, and no keyword that only says that others failed. */
function telling(faults: readonly OptionFault[]): OptionFault[] {
  const own = faults.filter(
    ({ keyword, schemaPath }) => keyword !== 'propertyNames' && !schemaPath.includes('/anyOf/'),
  )
  return own.filter((fault, i) => own.findIndex((other) => placeOf(other) === placeOf(fault)) === i)
}

/** Where it is, down to the member that is missing or should not be there. */
function placeOf(fault: OptionFault): string {
  return [fault.instancePath, memberOf(fault) ?? ''].join('/')
}

function memberOf({ params, propertyName }: OptionFault): string | undefined {
  const { additionalProperty, missingProperty } = params as Record<string, string | undefined>
  return additionalProperty ?? missingProperty ?? propertyName
}

interface Worded {
  code: string
  message: string
}

function worded(fault: OptionFault, where: string): Worded {
  const { keyword, instancePath, propertyName, data } = fault
  const schema = annotated(fault.parentSchema)
  const path = pathOf(instancePath)
  const member = memberOf(fault)
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  if (keyword === 'additionalProperties' && member !== undefined) {
    const near = nearestOption(member, Object.keys(schema.properties ?? {}))
    return { code: 'unknown_option', message: optionErrors.unknown(at(member), where, schema.unknown, near) }
  }
  if (schema.title === 'MetricName' && typeof (propertyName ?? data) === 'string') {
    const [name, known] = [String(propertyName ?? data), schema.enum?.map(String) ?? []]
    const place = `\`${path}\` of ${where}`
    return {
      code: 'unknown_metric',
      message: optionErrors.unknownMetric(name, place, nearest(name, known), known),
    }
  }
  const isMissing = keyword === 'required' && member !== undefined
  const { expected, ...about } = isMissing ? (schema.properties?.[member] ?? {}) : schema
  const place = isMissing ? at(member) : path
  const received = isMissing ? undefined : data
  const message = optionErrors.bad(
    place === '' ? `options of ${where}` : `\`${place}\` of ${where}`,
    expected ?? `one of ${(about.enum ?? []).join(', ')}`,
    received,
    meant(about, received),
  )
  return { code: 'bad_option', message }
}

/** As much of a schema as a sentence takes. */
interface Annotated {
  title?: string
  expected?: string
  meant?: string
  unknown?: string
  enum?: unknown[]
  anyOf?: Annotated[]
  properties?: Record<string, Annotated>
}

function annotated(schema: object | undefined): Annotated {
  return schema ?? {}
}

/** `/thresholds/ttft/stages/0` as `thresholds.ttft.stages[0]`. */
function pathOf(pointer: string): string {
  const keys = pointer.split('/').slice(1)
  const names = keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names.map((name, i) => (/^\d+$/.test(name) ? `[${name}]` : i === 0 ? name : `.${name}`)).join('')
}

/** What was probably meant: the nearest word, or the number in a text; above 1 or with a percent sign, percent. */
function meant(schema: Annotated, received: unknown): string | undefined {
  const words = [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.enum ?? [])
  const known = words.filter((word) => typeof word === 'string')
  if (typeof received === 'string' && known.length > 0) return `"${nearest(received, known)}"`
  if (schema.meant === undefined || !['string', 'number'].includes(typeof received)) return undefined
  const [, digits, percent] = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(String(received)) ?? []
  const number = Number(digits)
  if (!(number > 0)) return undefined
  const fraction = percent === '%' || number > 1 ? number / 100 : number
  const guess = schema.meant.replace('#', String(number)).replace('%', String(fraction))
  return guess === String(received) && typeof received === 'number' ? undefined : guess
}

// What other inference servers call an option that no edit distance would find.
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['maxtokens', 'num_predict'],
  ['maxnewtokens', 'num_predict'],
  ['contextlength', 'num_ctx'],
  ['ngpulayers', 'num_gpu'],
  ['gpulayers', 'num_gpu'],
])

function nearestOption(name: string, known: readonly string[]): string {
  const alias = ALIASES.get(plain(name))
  return alias !== undefined && known.includes(alias) ? alias : nearest(name, known)
}
