/** What the server tells of its model: the answers of /api/tags, /api/show, /api/ps and /api/version. */
import type { GgufFileInfo } from 'node-llama-cpp'
import { isObject } from '../../json.ts'
import type { Engine } from '../engine.ts'

/** A model file and the tags it answers to. */
export interface ServedModel {
  names: readonly string[]
  file: string
  size: number
  digest: string
  modified: string
  info: GgufFileInfo
  engine: string
}

/** The Ollama release whose protocol this server follows. */
const PROTOCOL = '0.24.0'

export function version(model: ServedModel): object {
  const name = `${model.file}, ${model.size} bytes, sha256 ${model.digest.slice(0, 12)}`
  return { version: `${PROTOCOL}-embedded`, embedded: { engine: model.engine, model: name } }
}

export function tags(model: ServedModel): object {
  const { size, digest, modified } = model
  return {
    models: model.names.map((name) => ({
      name,
      model: name,
      modified_at: modified,
      size,
      digest,
      details: details(model.info),
    })),
  }
}

export function show(model: ServedModel): object {
  const { chat_template: template } = model.info.metadata.tokenizer
  return {
    modelfile: `# The embedded engine's model\nFROM ${model.file}\n`,
    parameters: '',
    template: template ?? '',
    details: details(model.info),
    model_info: modelInfo(model.info),
    capabilities: ['completion', 'tools', 'embedding'],
    modified_at: model.modified,
  }
}

export function ps(model: ServedModel, engine: Engine, name: string): object {
  const runner = engine.loaded
  if (!runner) return { models: [] }
  const size = runner.model.memoryUsage.ram + runner.context.memoryUsage.ram
  return {
    models: [
      {
        name,
        model: name,
        size,
        digest: model.digest,
        details: details(model.info),
        // A runner that stays for ever is given the last date Ollama would show: three centuries on.
        expires_at: new Date(Math.min(runner.expiresAt, Date.now() + 9.2e12)).toISOString(),
        size_vram: 0,
        context_length: runner.context.contextSize,
      },
    ],
  }
}

/** llama.cpp's file types by the names Ollama prints. */
const quantizations: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  32: 'BF16',
}

/** Family, size and quantization, in the words of /api/tags. */
function details(info: GgufFileInfo): object {
  const family = info.metadata.general.architecture
  return {
    parent_model: '',
    format: 'gguf',
    family,
    families: [family],
    parameter_size: humanCount(parameters(info)),
    quantization_level: quantizations[info.metadata.general.file_type ?? -1] ?? 'unknown',
  }
}

/** The file's own metadata under its own names; long lists are left empty, as Ollama leaves them. */
function modelInfo(info: GgufFileInfo): Record<string, unknown> {
  const flat: Record<string, unknown> = { 'general.parameter_count': parameters(info) }
  const walk = (value: unknown, path: string): void => {
    if (!isObject(value)) flat[path] = plain(value)
    else for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  walk(info.metadata, '')
  delete flat['general.name']
  delete flat['tokenizer.chat_template']
  return flat
}

function plain(value: unknown): unknown {
  if (Array.isArray(value) && value.length > 5) return []
  return typeof value === 'bigint' ? Number(value) : value
}

function parameters(info: GgufFileInfo): number {
  return (info.fullTensorInfo ?? []).reduce((sum, { dimensions }) => sum + product(dimensions), 0)
}

function product(lengths: readonly (number | bigint)[]): number {
  return lengths.reduce<number>((size, length) => size * Number(length), 1)
}

function humanCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`
  return count >= 1e6 ? `${(count / 1e6).toFixed(2)}M` : `${(count / 1e3).toFixed(2)}K`
}
