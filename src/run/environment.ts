import { isObject, parseJson } from '../json.ts'
import { gateErrors } from '../judge/messages.ts'
import { readFailOn } from '../judge/gate.ts'
import { MOST_BLOCKS } from '../stats/index.ts'
import { nearest, resembles } from '../text/index.ts'

/** `CHIMERA_SEED`, `CHIMERA_BLOCKS_MIN`, `CHIMERA_BLOCKS_MAX`, `CHIMERA_TIME_BUDGET` as they stand in the environment. */
export interface Environment {
  seed?: string | undefined
  blocksMin?: string | undefined
  blocksMax?: string | undefined
  timeBudget?: string | undefined
  /** Variables that were set under an old name. */
  oldNames?: readonly string[]
}

type Variables = Readonly<Record<string, string | undefined>>

export function readEnvironment(variables: Variables): Environment {
  return {
    seed: variables['CHIMERA_SEED'],
    blocksMin: variables['CHIMERA_BLOCKS_MIN'] ?? variables['CHIMERA_PAIRS_MIN'],
    blocksMax: variables['CHIMERA_BLOCKS_MAX'] ?? variables['CHIMERA_PAIRS_MAX'],
    timeBudget: variables['CHIMERA_TIME_BUDGET'],
    oldNames: ['CHIMERA_PAIRS_MIN', 'CHIMERA_PAIRS_MAX'].filter((name) => variables[name] !== undefined),
  }
}

/** Refuses what no suite could run with, before the first one. @throws ChimeraError that names the variable. */
export function checkEnvironment(variables: Variables): void {
  const { seed, blocksMin, blocksMax, timeBudget } = readEnvironment(variables)
  wholeNumber('CHIMERA_SEED', seed)
  wholeNumber('CHIMERA_TIME_BUDGET', timeBudget)
  const min = wholeNumber('CHIMERA_BLOCKS_MIN', blocksMin) ?? 1
  const max = wholeNumber('CHIMERA_BLOCKS_MAX', blocksMax) ?? MOST_BLOCKS
  if (min < 1 || max < min || max > MOST_BLOCKS) {
    const set = Object.entries({ CHIMERA_BLOCKS_MIN: blocksMin, CHIMERA_BLOCKS_MAX: blocksMax }).filter(
      ([, value]) => value !== undefined && value.trim() !== '',
    )
    throw gateErrors.badEnvironment(
      set.map(([name]) => name).join(' and '),
      `whole numbers 1 <= min <= max <= ${MOST_BLOCKS}`,
      set.map(([, value]) => value).join(' and '),
    )
  }
  const keep = variables['CHIMERA_KEEP_BASE']?.trim() ?? ''
  if (!['', '0', '1'].includes(keep)) throw gateErrors.badEnvironment('CHIMERA_KEEP_BASE', '0 or 1', keep)
  readFailOn(variables['CHIMERA_FAIL_ON'])
  readAudit(variables)
}

const PREFIX = 'CHIMERA_'
const KNOWN = [
  'BASE',
  'BLOCKS_MAX',
  'BLOCKS_MIN',
  'FAIL_ON',
  'KEEP_BASE',
  'PAIRS_MAX',
  'PAIRS_MIN',
  'SEED',
  'TIME_BUDGET',
]

/** Variables that look like a misspelled one of ours; what else begins like them may be the user's own. */
export function misspelled(variables: Variables): { name: string; meant: string }[] {
  return Object.keys(variables).flatMap((name) => {
    const own = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
    if (own === '' || own === 'AUDIT' || KNOWN.includes(own)) return []
    const meant = nearest(own, KNOWN)
    return resembles(own, meant) ? [{ name, meant: PREFIX + meant }] : []
  })
}

/** What a run of `vitest-chimera audit` plants. */
export interface AuditSettings {
  /** Added to the time between two tokens: 0.1 is 10 %. */
  decode: number
  /** Added to the time of the first token, ms, by suite. */
  first_token: Readonly<Record<string, number>>
}

/**
 * What `CHIMERA_AUDIT` asks for: that every suite compares its baseline with itself, slowed by a known amount. The command
 * sets it for its own runs; undefined in all others.
 *
 * @throws ChimeraError for anything that the command would not have written
 */
export function readAudit(variables: Variables): AuditSettings | undefined {
  const text = variables['CHIMERA_AUDIT']
  if (text === undefined || text === '') return undefined
  const value = parseJson(text)
  const { decode, first_token } = isObject(value) ? value : {}
  const isAmount = (amount: unknown): amount is number => Number.isFinite(amount) && Number(amount) >= 0
  const isSound = isAmount(decode) && isObject(first_token) && Object.values(first_token).every(isAmount)
  if (!isSound) throw gateErrors.badEnvironment('CHIMERA_AUDIT', 'what `vitest-chimera audit` sets', text)
  if (variables['CHIMERA_BASE']) throw gateErrors.badEnvironment('CHIMERA_AUDIT', 'no CHIMERA_BASE', text)
  return { decode, first_token: first_token as Record<string, number> }
}

/** The number in a variable; undefined where it is not set. */
export function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  const isWhole = /^\s*\d+\s*$/.test(value)
  // Beyond, two numbers share a form, and the one that is printed may be another.
  if (!isWhole || !Number.isSafeInteger(Number(value)))
    throw gateErrors.badEnvironment(
      name,
      `a whole number${isWhole ? ` up to ${Number.MAX_SAFE_INTEGER}` : ''}`,
      value,
    )
  return Number(value)
}
