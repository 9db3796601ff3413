/**
 * Writes a GGUF (version 3) file: a header, typed metadata, tensor descriptions, aligned tensor data.
 * Only what a small llama model needs; the format is described in ggml's docs/gguf.md.
 */

/** A metadata value with its GGUF type. */
export type GgufValue =
  | { type: 'u32'; value: number }
  | { type: 'f32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'f32s'; value: readonly number[] }
  | { type: 'i32s'; value: readonly number[] }

/** A tensor in row-major order; `shape` as GGUF counts it: the fastest dimension first. */
export interface GgufTensor {
  name: string
  shape: readonly number[]
  type: 'f32' | 'f16'
  data: Float32Array
}

/** Tensor data starts at, and every tensor is padded to, a multiple of this many bytes. */
export const ALIGNMENT = 32

const typeIds = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const
const tensorTypeIds = { f32: 0, f16: 1 } as const

/** The whole file. The same input gives the same bytes on every machine. */
export function writeGguf(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer {
  const entries = Object.entries(metadata)
  const head: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length)]
  for (const [key, value] of entries) head.push(text(key), ...valueBytes(value))

  const bodies = tensors.map((tensor) => padded(tensorBytes(tensor)))
  let offset = 0
  for (const [index, tensor] of tensors.entries()) {
    head.push(text(tensor.name), u32(tensor.shape.length), ...tensor.shape.map(u64))
    head.push(u32(tensorTypeIds[tensor.type]), u64(offset))
    offset += bodies[index]!.length
  }
  return Buffer.concat([padded(Buffer.concat(head)), ...bodies])
}

function valueBytes({ type, value }: GgufValue): Buffer[] {
  switch (type) {
    case 'u32':
      return [u32(typeIds.u32), u32(value)]
    case 'f32':
      return [u32(typeIds.f32), f32(value)]
    case 'bool':
      return [u32(typeIds.bool), Buffer.from([value ? 1 : 0])]
    case 'string':
      return [u32(typeIds.string), text(value)]
    case 'strings':
      return [...arrayHead(typeIds.string, value.length), ...value.map(text)]
    case 'f32s':
      return [...arrayHead(typeIds.f32, value.length), ...value.map(f32)]
    default:
      return [...arrayHead(typeIds.i32, value.length), ...value.map(u32)]
  }
}

function arrayHead(elementType: number, length: number): Buffer[] {
  return [u32(typeIds.array), u32(elementType), u64(length)]
}

function tensorBytes({ type, data }: GgufTensor): Buffer {
  const bytes = Buffer.alloc(data.length * (type === 'f32' ? 4 : 2))
  for (const [index, value] of data.entries()) {
    if (type === 'f32') bytes.writeFloatLE(value, index * 4)
    else bytes.writeUInt16LE(toHalf(value), index * 2)
  }
  return bytes
}

/** IEEE 754 binary16 of a number, round half up; values too small to be normal become 0. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size < 2 ** -14) return sign
  if (size >= 65504) return sign | 0x7bff
  let exponent = 0
  let fraction = size
  while (fraction >= 2) [fraction, exponent] = [fraction / 2, exponent + 1]
  while (fraction < 1) [fraction, exponent] = [fraction * 2, exponent - 1]
  // A fraction that rounds up to 2 carries into the exponent, which is what addition does.
  return sign | (((exponent + 15) << 10) + Math.round((fraction - 1) * 1024))
}

function padded(bytes: Buffer): Buffer {
  const rest = bytes.length % ALIGNMENT
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(ALIGNMENT - rest)])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}
