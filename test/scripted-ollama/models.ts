/** The models a scripted server has, and which of them are loaded with what. */
import type { Script, ScriptedModel } from './script.ts'

type Options = Record<string, unknown>

interface Loaded {
  options: Options
  expires: number
  /** When an unloaded model vanishes from /api/ps. */
  gone?: number
}

export class Models {
  readonly #models: ScriptedModel[]
  readonly #unloadLag: number
  readonly #maxLoaded: number
  readonly #loaded = new Map<ScriptedModel, Loaded>()
  readonly #loads = new Map<ScriptedModel, number>()

  constructor({ models = [{ name: 'tiny:latest' }], unload_lag = 0, max_loaded = Infinity }: Script) {
    this.#models = models
    this.#unloadLag = unload_lag
    this.#maxLoaded = max_loaded
  }

  find(name: unknown): ScriptedModel | undefined {
    return this.#models.find((model) => full(model.name) === full(String(name)))
  }

  /** Loads or reloads what the call needs; true when it had to. */
  use(model: ScriptedModel, options: Options, keepAlive: unknown): boolean {
    const wanted = runnerOptions(model, options)
    const loaded = this.#loaded.get(model)
    const warm =
      loaded !== undefined &&
      loaded.gone === undefined &&
      loaded.expires > Date.now() &&
      fits(loaded.options, wanted)
    this.#loaded.set(model, {
      options: warm ? loaded.options : wanted,
      expires: Date.now() + milliseconds(keepAlive ?? '5m'),
    })
    if (warm) return false
    this.#loads.set(model, (this.#loads.get(model) ?? 0) + 1)
    this.#makeRoom(model)
    return true
  }

  /** What the load under way takes, or the last one took, ms. */
  coldLoad(model: ScriptedModel): number {
    const times = [model.cold_load ?? 0].flat()
    return times[Math.min(times.length, this.#loads.get(model) ?? 1) - 1] ?? 0
  }

  #makeRoom(model: ScriptedModel): void {
    const others = [...this.#loaded].filter(([other, { gone }]) => other !== model && gone === undefined)
    for (const [other] of others.slice(0, Math.max(0, others.length + 1 - this.#maxLoaded)))
      this.unload(other)
  }

  unload(model: ScriptedModel): void {
    const loaded = this.#loaded.get(model)
    if (loaded) loaded.gone ??= Date.now() + this.#unloadLag
  }

  ps(): object {
    const now = Date.now()
    const shown = [...this.#loaded].filter(
      ([, { expires, gone }]) => expires > now && (gone === undefined || gone > now),
    )
    return {
      models: shown.map(([model, { options, expires }]) => {
        const layers = (model.block_count ?? 26) + 1
        const gpu = Number(options['num_gpu'])
        const size = model.size ?? 1e9
        return {
          ...tag(model),
          size,
          size_vram: Math.round(size * (gpu < 0 ? 1 : Math.min(1, gpu / layers))),
          context_length: options['num_ctx'],
          expires_at: new Date(Math.min(expires, 8.64e15)).toISOString(),
        }
      }),
    }
  }

  tags(): object {
    return { models: this.#models.map((model) => ({ ...tag(model), size: model.size ?? 1e9 })) }
  }

  /** /v1/models; vLLM says how long a context may be. */
  list(owned_by: string): object {
    const limit = (model: ScriptedModel): object =>
      owned_by === 'vllm' ? { max_model_len: model.context_length ?? 8192 } : {}
    return {
      object: 'list',
      data: this.#models.map((model) => ({
        id: full(model.name),
        object: 'model',
        owned_by,
        ...limit(model),
      })),
    }
  }

  show(model: ScriptedModel): object {
    const family = model.family ?? 'llama'
    return {
      details: details(model),
      model_info: {
        'general.architecture': family,
        [`${family}.block_count`]: model.block_count ?? 26,
        [`${family}.context_length`]: model.context_length ?? 8192,
      },
      capabilities: ['completion'],
    }
  }
}

/** `tiny` is `tiny:latest`. */
function full(name: string): string {
  return name.includes(':') ? name : `${name}:latest`
}

function tag(model: ScriptedModel): object {
  const name = full(model.name)
  return {
    name,
    model: name,
    digest: model.digest ?? Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
    details: details(model),
  }
}

function details(model: ScriptedModel): object {
  return {
    format: 'gguf',
    family: model.family ?? 'llama',
    parameter_size: model.parameter_size ?? '1B',
    quantization_level: model.quantization ?? 'Q4_K_M',
  }
}

function runnerOptions(model: ScriptedModel, options: Options): Options {
  return {
    num_ctx: Math.max(Number(options['num_ctx'] ?? model.default_ctx ?? 4096), model.min_ctx ?? 0),
    num_batch: options['num_batch'] ?? 512,
    num_gpu: options['num_gpu'] ?? -1,
    main_gpu: options['main_gpu'] ?? 0,
    use_mmap: options['use_mmap'] ?? null,
    num_thread: options['num_thread'] ?? 0,
  }
}

/** A default num_gpu (-1) fits any runner. */
function fits(loaded: Options, wanted: Options): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => (name === 'num_gpu' && Number(value) < 0) || loaded[name] === value,
  )
}

/** Ollama's keep_alive: seconds or a Go duration; negative means for ever. */
function milliseconds(keepAlive: unknown): number {
  if (typeof keepAlive === 'number') return keepAlive < 0 ? Infinity : keepAlive * 1000
  const text = String(keepAlive)
  if (text.startsWith('-')) return Infinity
  const units: Record<string, number> = { h: 3.6e6, m: 6e4, s: 1e3, ms: 1 }
  return [...text.matchAll(/([\d.]+)(h|ms|m|s)?/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (units[unit ?? 's'] ?? 0),
    0,
  )
}

/** Whether a keep_alive asks for the model to leave at once. */
export function leavesAtOnce(keepAlive: unknown): boolean {
  return keepAlive !== undefined && keepAlive !== null && milliseconds(keepAlive) === 0
}
