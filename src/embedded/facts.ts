/** What the server tells of its model: the answers of /api/tags, /api/show, /api/ps and /api/version. */
import type { GgufFileInfo } from 'node-llama-cpp'
import { details, modelInfo } from './details.ts'
import type { Engine } from './engine.ts'

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
    capabilities: ['completion'],
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
