/**
 * The embedded engine: real llama.cpp inference behind the HTTP protocols of Ollama and OpenAI, in a separate process,
 * so the whole tool runs with no daemon, no GPU and no download. By default it serves the tiny model that the package ships
 * (scripts/tiny-model makes it), which writes readable reports at about 800 tokens per second on one core: enough to
 * measure, cheap enough for a test.
 *
 *   child → server → routes               the process and its requests
 *   ollama, openai → request → inference  two protocols, one way through the engine
 *   engine → completion                   the loaded runner, one reply
 *
 * It differs from Ollama in this: one model, CPU only, no thinking, no images; the engine chooses which tool
 * is called (tools.ts); one thread unless num_thread says otherwise; eval_duration includes the sampling, and the final
 * object has prompt_eval_cached_count.
 * /api/version has an `embedded` key that names the engine and the model, and so does every report.
 */
import { basename } from 'node:path'
import { modelFile } from './model-file.ts'
import { startServer, type RunningServer } from './child.ts'

export type { RunningServer } from './child.ts'

/** What the engine serves, and how. */
export interface EmbeddedOptions {
  /** Path of a GGUF file; unset means the tiny model. */
  model?: string
  /** Tags the model answers to; unset means `gemma3`, `chimera-tiny`, and a file of your own by its name. */
  names?: readonly string[]
  /** Requests served at once, as OLLAMA_NUM_PARALLEL; the others wait. 1 unless set. */
  parallel?: number
}

/** A server that the run starts and stops. */
export interface EmbeddedServer {
  kind: 'embedded'
  /** As they were given; the plugin checks them. */
  options: EmbeddedOptions
  /** Resolves once it listens, on a free port of 127.0.0.1. Throws a ChimeraError if it cannot. */
  start(): Promise<RunningServer>
}

/** The embedded engine as a server for the plugin: `chimera({ server: embedded() })`. Nothing runs before `start`. */
export function embedded(options: EmbeddedOptions = {}): EmbeddedServer {
  return {
    kind: 'embedded',
    options,
    async start() {
      const file = await modelFile(options.model)
      const names = (options.names ?? namesOf(options.model)).map((name) =>
        name.includes(':') ? name : `${name}:latest`,
      )
      return startServer({ ...file, names, parallel: options.parallel ?? 1 })
    },
  }
}

/** Tags a model answers to unless the config says otherwise. */
function namesOf(file: string | undefined): string[] {
  return ['gemma3', 'chimera-tiny', ...(file === undefined ? [] : [basename(file, '.gguf').toLowerCase()])]
}
