/**
 * The embedded engine: real llama.cpp inference behind Ollama's HTTP protocol, in a process of its own, so the
 * whole tool runs with no daemon, no GPU and no download. By default it serves a tiny generated model that
 * writes readable reports at about 800 tokens per second on one core: enough to measure, cheap enough for a test.
 *
 *   tiny-model ← vocabulary ← phrases     the model file, computed        (gguf writes it, model-file keeps it)
 *   child → server → routes → inference   the process, its protocol, one request
 *   engine → completion                   the loaded runner, one reply
 *
 * It differs from Ollama in this: one model, CPU only, no embeddings, tools, thinking or images; one thread unless
 * num_thread says otherwise; eval_duration includes the sampling, and the final object has prompt_eval_cached_count.
 * /api/version has an `embedded` key that names the engine and the model, and so does every report.
 */
import { basename, resolve } from 'node:path'
import { engineErrors } from '../errors.ts'
import { startServer, type RunningServer } from './child.ts'
import { isFile, tinyModelFile } from './model-file.ts'
import type { TinySize } from './tiny-model.ts'

export type { RunningServer } from './child.ts'
export type { TinySize } from './tiny-model.ts'
export { tinyModelFile } from './model-file.ts'

export interface EmbeddedOptions {
  /** Path of a GGUF file; unset means the tiny model. */
  model?: string
  /** Tags the model answers to; unset means `gemma3`, `chimera-tiny`, and a file of your own by its name. */
  names?: readonly string[]
  /** Size of the tiny model: `tiny`, 3 MB, or `small`, 13 MB and slower. */
  size?: TinySize
  /** Where the tiny model is kept; unset means `node_modules/.cache/vitest-chimera`. */
  cacheDir?: string
  /** Requests served at once, as OLLAMA_NUM_PARALLEL; the others wait. 1 unless set. */
  parallel?: number
}

/** A server that the run starts and stops. */
export interface EmbeddedServer {
  kind: 'embedded'
  /** Resolves once it listens, on a free port of 127.0.0.1. Throws a ChimeraError if it cannot. */
  start(): Promise<RunningServer>
}

/** Tags a model answers to unless the config says otherwise. */
function namesOf(file: string | undefined): string[] {
  return ['gemma3', 'chimera-tiny', ...(file === undefined ? [] : [basename(file, '.gguf').toLowerCase()])]
}

export function embedded(options: EmbeddedOptions = {}): EmbeddedServer {
  return {
    kind: 'embedded',
    async start() {
      const path =
        options.model === undefined
          ? await tinyModelFile(options.size, options.cacheDir)
          : resolve(options.model)
      if (!(await isFile(path))) throw engineErrors.no_model(path)
      const names = (options.names ?? namesOf(options.model)).map((name) =>
        name.includes(':') ? name : `${name}:latest`,
      )
      return startServer({ path, names, parallel: options.parallel ?? 1 })
    },
  }
}
