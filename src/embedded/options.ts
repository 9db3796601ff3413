/**
 * Request options as Ollama reads them: names it does not know are dropped, a wrong type is an error, null
 * counts as unset; defaults are those of Ollama 0.24.
 */
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../json.ts'
import { HttpError } from './http.ts'

/** Options that belong to a loaded runner: a request that differs in one of them reloads the model. */
export interface RunnerOptions {
  num_ctx: number
  num_batch: number
  /** Layers for the GPU; below 0 leaves it to the server, and then any loaded runner will do. */
  num_gpu: number
  main_gpu: number
  use_mmap: boolean | undefined
  num_thread: number
}

/** Options that change nothing but the sampling and the length of a reply. */
export interface SamplingOptions {
  num_keep: number
  seed: number
  num_predict: number
  top_k: number
  top_p: number
  min_p: number
  repeat_last_n: number
  temperature: number
  repeat_penalty: number
  presence_penalty: number
  frequency_penalty: number
  stop: string[]
}

const runnerDefaults: RunnerOptions = {
  num_ctx: 4096,
  num_batch: 512,
  num_gpu: -1,
  main_gpu: 0,
  use_mmap: undefined,
  num_thread: 0,
}

const samplingDefaults: SamplingOptions = {
  num_keep: 4,
  seed: -1,
  num_predict: -1,
  top_k: 40,
  top_p: 0.9,
  min_p: 0,
  repeat_last_n: 64,
  temperature: 0.8,
  repeat_penalty: 1.1,
  presence_penalty: 0,
  frequency_penalty: 0,
  stop: [],
}

const fractional = new Set([
  'top_p',
  'min_p',
  'temperature',
  'repeat_penalty',
  'presence_penalty',
  'frequency_penalty',
])

export function readOptions(given: unknown): { runner: RunnerOptions; sampling: SamplingOptions } {
  const options = isObject(given) ? given : {}
  return { runner: overlay(runnerDefaults, options), sampling: overlay(samplingDefaults, options) }
}

/** Whether a request with these options can be served by a runner loaded with `loaded`. */
export function sameRunner(loaded: RunnerOptions, wanted: RunnerOptions): boolean {
  return isDeepStrictEqual(wanted.num_gpu < 0 ? { ...loaded, num_gpu: wanted.num_gpu } : loaded, wanted)
}

/** The options of this kind that are given, checked; the others as they are by default. */
function overlay<T extends object>(defaults: T, given: Record<string, unknown>): T {
  const own = Object.entries(given).filter(
    ([name, value]) => Object.hasOwn(defaults, name) && value !== undefined && value !== null,
  )
  return { ...defaults, ...Object.fromEntries(own.map(([name, value]) => [name, checked(name, value)])) }
}

function checked(name: string, value: unknown): unknown {
  if (name === 'stop') {
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value
    throw new HttpError(400, `option "${name}" must be of an array of strings`)
  }
  if (name === 'use_mmap') {
    if (typeof value === 'boolean') return value
    throw new HttpError(400, `option "${name}" must be of type boolean`)
  }
  if (typeof value !== 'number') {
    throw new HttpError(
      400,
      `option "${name}" must be of type ${fractional.has(name) ? 'float32' : 'integer'}`,
    )
  }
  return fractional.has(name) ? value : Math.trunc(value)
}

const unitSizes: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
}

/** How long the model stays loaded, ms; a number is seconds, a string a Go duration, below 0 is for ever. */
export function readKeepAlive(given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined
  const ms =
    typeof given === 'number' ? given * 1000 : typeof given === 'string' ? parseDuration(given) : Number.NaN
  if (Number.isNaN(ms)) throw new HttpError(400, `time: invalid duration ${JSON.stringify(given)}`)
  return ms < 0 ? Number.POSITIVE_INFINITY : ms
}

function parseDuration(text: string): number {
  const [, sign, rest] = /^([+-]?)(.+)$/.exec(text) ?? []
  if (rest === undefined) return Number.NaN
  if (rest === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(rest)) return Number.NaN
  let ms = 0
  for (const [, amount, unit = ''] of rest.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(amount) * (unitSizes[unit] ?? Number.NaN)
  return sign === '-' ? -ms : ms
}
