import type { ArmReport } from '../schema/generated.ts'
import { bytes, json } from './format.ts'

/** Name and value, as text. */
export type Row = readonly [name: string, value: string]

/** What an arm asked for beside what the server really did; only what is known. */
export function configRows({ options, effective, quantization, digest }: ArmReport): {
  requested: Row[]
  effective: Row[]
} {
  const { num_ctx, gpu_fraction, size, size_vram, block_count, context_length, family, parameter_size } =
    effective
  const known: (readonly [string, string | number | undefined])[] = [
    ['num_ctx', num_ctx],
    ['on GPU', gpu_fraction === undefined ? undefined : `${Number((gpu_fraction * 100).toFixed(1))} %`],
    ['size', size === undefined ? undefined : bytes(size)],
    ['in VRAM', size_vram === undefined ? undefined : bytes(size_vram)],
    ['layers', block_count],
    ['trained context', context_length],
    ['family', family],
    ['parameters', parameter_size],
    ['quantization', quantization],
    ['digest', digest?.replace(/^sha256:/, '').slice(0, 12)],
  ]
  return {
    requested: Object.entries(options).map(([name, value]) => [name, json(value)]),
    effective: known.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    ),
  }
}
