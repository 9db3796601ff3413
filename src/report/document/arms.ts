/** The arms of a suite: how many trials were valid, in what their configs differ, in what they are the same. */
import { countValid } from '../../judge/validity.ts'
import { defined, present } from '../../optional.ts'
import type { ArmReport, SuiteReport, Trial } from '../../schema/generated.ts'
import { absent, brief, bytes, json, quantity, share } from '../../text/index.ts'
import { code, columns, heading, joined, measured, only, prose, say, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import type { Notes } from './notes.ts'

/** Settings by name, as text of others. */
export type Settings = ReadonlyMap<string, string>

/** What an arm asked for beside what the server did; only what is known. */
export function settingsOf({ options, effective, quantization, digest }: ArmReport): {
  requested: Settings
  effective: Settings
} {
  const { num_ctx, gpu_fraction, size, size_vram, block_count, context_length, family, parameter_size } =
    effective
  const known = defined({
    num_ctx,
    'on GPU': written(gpu_fraction, share),
    size: written(size, bytes),
    'in VRAM': written(size_vram, bytes),
    layers: block_count,
    'trained context': context_length,
    family,
    parameters: parameter_size,
    quantization,
    digest: digest?.replace(/^sha256:/, '').slice(0, 12),
  })
  return {
    requested: new Map(Object.entries(options).map(([name, value]) => [name, json(value)])),
    effective: new Map(Object.entries(known).map(([name, value]) => [name, String(value)])),
  }
}

function written(value: number | undefined, write: (value: number) => string): string | undefined {
  return value === undefined ? undefined : write(value)
}

/** `ollama 0.24.0`: the product or the kind of server an arm runs on, with its version where known. */
export function serverOf({ server: { kind, product = kind, version } }: ArmReport): string {
  return `${product}${version === undefined ? '' : ` ${version}`}`
}

/** Trials of an arm that count, how many were valid, and why others were not: `no_done 3, runaway 1`, the most frequent first. */
export function validity(arm: ArmReport): { trials: number; valid: number; reasons: string } {
  const reasons = Object.entries(arm.invalid).toSorted(([, a], [, b]) => b - a)
  return { ...countValid(arm), reasons: reasons.map(([reason, n]) => `${reason} ${n}`).join(', ') }
}

/** A row an arm, with the settings in which they differ; those they share in a line, unless every arm of the report does. */
export function armBlocks(
  suite: SuiteReport,
  trials: readonly Trial[],
  notes: Notes,
  configs: Configs,
): Block[] {
  const { shared, different } = configs.of(suite.arms)
  const hasInvalid = suite.arms.some((arm) => Object.keys(arm.invalid).length > 0)
  const rows = suite.arms.map((arm): Inline[] => {
    const { trials: started, valid, reasons } = validity(arm)
    return [
      [say`${arm.name} (${arm.role})`, { kind: 'notes', numbers: notes.at(suite, { arm: arm.name }) }],
      trusted(
        `${valid} of ${started}${valid < started ? ` (${quantity(valid / started, 'fraction')})` : ''}`,
      ),
      ...(hasInvalid ? [reasons || trusted('none')] : []),
      ...different.map((name) => configs.value(arm, name) ?? trusted(configs.missing(name))),
    ]
  })
  const heads = [
    ...columns('arm', '>valid trials', ...(hasInvalid ? ['invalid'] : [])),
    ...different.map((name) => ({ head: name })),
  ]
  const own = shared.filter((name) => !configs.common.includes(name))
  const blocks = [heading(3, trusted('Arms')), table(say`Arms of ${suite.name}`, heads, rows)]
  return present<Block>(
    different.length === 0 && !hasInvalid ? only('html', ...blocks) : blocks,
    own.length > 0 && prose(say`The same in all arms: ${configs.line(suite.arms, own)}.`, 'legend'),
    invalidKinds(trials),
  )
}

/** The settings of all arms of a report by one set of names: what the server made of an option is `effective …`. */
export class Configs {
  readonly #asked: ReadonlySet<string>
  /** Names of what every arm of the report shares; nothing where there is but one suite to say it in. */
  readonly common: readonly string[]

  constructor(suites: readonly SuiteReport[]) {
    const arms = suites.flatMap((suite) => suite.arms)
    this.#asked = new Set(arms.flatMap(({ options }) => Object.keys(options)))
    this.common = suites.length > 1 ? this.of(arms).shared : []
  }

  /** Names of the settings that some arms share, and of those in which they differ. */
  of(arms: readonly ArmReport[]): { shared: string[]; different: string[] } {
    const all = arms.map((arm) => this.#settings(arm))
    const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))]
    const isShared = (name: string): boolean => new Set(all.map((settings) => settings.get(name))).size === 1
    return { shared: names.filter(isShared), different: names.filter((name) => !isShared(name)) }
  }

  value(arm: ArmReport, name: string): string | undefined {
    return this.#settings(arm).get(name)
  }

  /** An option that was not asked for has its default; a fact that is not known is absent. */
  missing(name: string): string {
    return this.#asked.has(name) ? 'default' : absent
  }

  /** ``model `gemma3`, num_ctx 4096``: what these arms share under these names. */
  line([first]: readonly ArmReport[], names: readonly string[]): Inline {
    const settings: Settings = first === undefined ? new Map() : this.#settings(first)
    const each = names.map((name): Inline => {
      const value = settings.get(name) ?? ''
      return name === 'model' ? say`model ${code(value)}` : `${name} ${value}`
    })
    return joined(each, ', ')
  }

  #settings(arm: ArmReport): Settings {
    const { requested, effective } = settingsOf(arm)
    return new Map([
      ['model', arm.model],
      ['server', `${serverOf(arm)} at ${arm.host}`],
      ...requested,
      ...[...effective].map(
        ([name, value]) => [this.#asked.has(name) ? `effective ${name}` : name, value] as const,
      ),
    ])
  }
}

/** Every kind of invalid trial with its first message, which names the cure. */
function invalidKinds(trials: readonly Trial[]): Block[] {
  const invalid = trials.filter(({ valid }) => !valid)
  const kinds = Map.groupBy(invalid, ({ arm, invalid_reason: reason }) => JSON.stringify([arm, reason]))
  const rows = [...kinds.values()].flatMap(([first, ...others]): Inline[][] =>
    first === undefined
      ? []
      : [
          [
            first.arm,
            first.invalid_reason ?? '',
            measured(1 + others.length, 'count'),
            brief(first.message ?? absent),
          ],
        ],
  )
  if (rows.length === 0) return []
  const heads = columns('arm', 'reason', '>trials', 'first message')
  return [heading(3, trusted('Invalid trials')), table(trusted('Invalid trials by reason'), heads, rows)]
}
