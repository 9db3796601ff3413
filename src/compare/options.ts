/** The arguments of `vitest-chimera compare`. */
import { parseArgs } from 'node:util'
import { compareErrors } from './messages.ts'
import { isMetric, metricNames, type MetricName } from '../metrics.ts'
import { oneLine } from '../text/index.ts'
import type { Meant } from './fingerprint.ts'

const formats = ['text', 'markdown', 'json'] as const
export type Format = (typeof formats)[number]

/** What was asked for. */
export interface Options {
  help: boolean
  paths: string[]
  /** Empty: those that gate. */
  metrics: MetricName[]
  stages: boolean
  meant: ReadonlySet<Meant>
  format: Format
  out?: string
}

/** @throws ChimeraError `compare_usage` that names the first fault */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args)
  const help = values.help ?? false
  if (!help && positionals.length < 2) {
    throw compareErrors.usage(
      `Expected at least two reports, the older first, but received ${positionals.length === 0 ? 'none' : 'one'}`,
    )
  }
  const format = values.format ?? 'text'
  if (!isOneOf(formats, format))
    throw compareErrors.usage(
      `Invalid --format: Expected ${formats.join(', ')} but received "${oneLine(format)}"`,
    )
  return {
    help,
    paths: positionals,
    metrics: metricsOf(values.metric ?? []),
    stages: values.stages ?? false,
    meant: new Set([
      ...meantOf(values.compare ?? []),
      ...(values.models ? ['models' as const] : []),
      ...(values.hosts ? ['hosts' as const] : []),
    ]),
    format,
    ...(values.out !== undefined && { out: values.out }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        metric: { type: 'string', short: 'm', multiple: true },
        stages: { type: 'boolean' },
        compare: { type: 'string', multiple: true },
        models: { type: 'boolean' },
        hosts: { type: 'boolean' },
        format: { type: 'string', short: 'f' },
        out: { type: 'string', short: 'o' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    if (error instanceof TypeError) throw compareErrors.usage(oneLine(error.message))
    throw error
  }
}

function metricsOf(values: readonly string[]): MetricName[] {
  const names = listed(values)
  if (names.includes('all')) return [...metricNames]
  return names.map((name) => {
    if (!isMetric(name))
      throw compareErrors.usage(
        `Unknown metric "${oneLine(name)}": Expected all or some of ${metricNames.join(', ')}`,
      )
    return name
  })
}

function meantOf(values: readonly string[]): Meant[] {
  return listed(values).map((word) => {
    if (!isOneOf(['models', 'hosts'] as const, word))
      throw compareErrors.usage(`Invalid --compare: Expected models or hosts but received "${oneLine(word)}"`)
    return word
  })
}

/** An option may be given several times, and each time name several. */
function listed(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).map((word) => word.trim())
}

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
  return (words as readonly string[]).includes(word)
}
