import { callMessages, sameName, type Body } from '../call/index.ts'
import { count, objectOf } from '../json.ts'
import { defined } from '../optional.ts'
import type { Effective, ServerFacts } from '../schema/generated.ts'
import { ask, hostOf, type Answer, type Where } from './ask.ts'

/** What a server says of a model, loaded or not. Whatever it does not say is absent. */
export interface ModelFacts extends Pick<
  Effective,
  'block_count' | 'context_length' | 'family' | 'parameter_size'
> {
  digest?: string
  quantization?: string
}

/** A loaded model as /api/ps shows it: what the server really did. Sizes in bytes. */
export interface RunningModel {
  name: string
  /** num_ctx in effect. */
  context_length?: number
  size?: number
  size_vram?: number
  digest?: string
}

/** Which server this is; also opens the connection. A server without /api/version has facts, but no version. */
export async function serverFacts(host: Where, timeout?: number): Promise<Answer<ServerFacts>> {
  const answer = await ask({ host, path: '/api/version', ...(timeout !== undefined && { timeout }) })
  if (!answer.ok)
    return answer.reason === 'unreachable' || answer.reason === 'timeout'
      ? answer
      : { ok: true, value: { kind: 'ollama' } }
  const version = text(answer.value['version'])
  const embedded = objectOf(answer.value['embedded'])
  const [engine, file] = [text(embedded['engine']), text(embedded['model'])]
  const kind = 'embedded' in answer.value ? 'embedded' : 'ollama'
  return {
    ok: true,
    value: {
      kind,
      ...(version && { version }),
      ...(engine && { engine }),
      ...(file && { model_file: file }),
    },
  }
}

/** Facts from /api/show and /api/tags. `model_missing` when the server knows it has no such model. */
export async function modelFacts(host: Where, model: string): Promise<Answer<ModelFacts>> {
  const [shown, tags] = await Promise.all([ask({ host, path: '/api/show', body: { model } }), tagsOf(host)])
  if (!shown.ok && shown.reason === 'unreachable') return shown
  const tag = tags?.find((tag) => names(tag).some((name) => sameName(name, model)))
  const isMissing =
    !shown.ok && (shown.endpointMissing ? tags !== undefined : shown.reason === 'model_missing')
  if (isMissing && !tag) {
    return shown.endpointMissing
      ? {
          ok: false,
          reason: 'model_missing',
          message: callMessages.model_missing(model, hostOf(host), 'not in /api/tags'),
        }
      : shown
  }
  const show = shown.ok ? shown.value : {}
  const details = { ...objectOf(tag?.['details']), ...objectOf(show['details']) }
  const info = objectOf(show['model_info'])
  const architecture = text(info['general.architecture'])
  return {
    ok: true,
    value: defined({
      digest: text(tag?.['digest']),
      quantization: text(details['quantization_level']),
      block_count: count(info[`${architecture}.block_count`]),
      context_length: count(info[`${architecture}.context_length`]),
      family: text(details['family']),
      parameter_size: text(details['parameter_size']),
    }),
  }
}

/** The model's entry in /api/ps, also when it was loaded under another tag of the same digest; undefined if it is not loaded. */
export async function running(host: Where, model: string): Promise<RunningModel | undefined> {
  return (await listed(host, model))?.entry
}

function runningModel(entry: Body, model: string): RunningModel {
  return {
    name: names(entry)[0] ?? model,
    ...defined({
      context_length: count(entry['context_length']) || undefined,
      size: count(entry['size']) || undefined,
      size_vram: count(entry['size_vram']),
      digest: text(entry['digest']),
    }),
  }
}

/** The model's entry in /api/ps, or none where it is not loaded; undefined where the server does not tell. */
export async function listed(host: Where, model: string): Promise<{ entry?: RunningModel } | undefined> {
  const loaded = await loadedModels(host)
  if (loaded === undefined) return undefined
  const entry = await find(host, model, loaded)
  return entry === undefined ? {} : { entry: runningModel(entry, model) }
}

/** undefined when the server does not tell. */
async function loadedModels(host: Where): Promise<Body[] | undefined> {
  const answer = await ask({ host, path: '/api/ps' })
  return answer.ok ? list(answer.value['models']) : undefined
}

async function find(host: Where, model: string, loaded: Body[]): Promise<Body | undefined> {
  if (loaded.length === 0) return undefined
  return (
    loaded.find((entry) => names(entry).some((name) => sameName(name, model))) ??
    (await sameDigest(host, model, loaded))
  )
}

async function sameDigest(host: Where, model: string, loaded: Body[]): Promise<Body | undefined> {
  const tag = (await tagsOf(host))?.find((tag) => names(tag).some((name) => sameName(name, model)))
  const digest = text(tag?.['digest'])
  return digest ? loaded.find((entry) => entry['digest'] === digest) : undefined
}

/** undefined when the server does not tell. */
async function tagsOf(host: Where): Promise<Body[] | undefined> {
  const answer = await ask({ host, path: '/api/tags' })
  return answer.ok ? list(answer.value['models']) : undefined
}

function names(entry: Body): string[] {
  return [text(entry['name']), text(entry['model'])].filter((name) => name !== undefined)
}

function list(value: unknown): Body[] | undefined {
  return Array.isArray(value) ? value.map(objectOf) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
