/** The words in which a scripted server is told what to do. Everything but `plan` is plain JSON. */

export interface Script {
  /** What /api/version answers; '0.24.0'. */
  version?: string
  /** What it is; `ollama`, which speaks both protocols. The others speak OpenAI's alone. */
  product?: Product
  /** What requests must carry as their bearer token. */
  api_key?: string
  /** Makes the server answer as an embedded engine does. */
  embedded?: { engine: string; model: string }
  /** Models the server has; one called `tiny:latest`. */
  models?: ScriptedModel[]
  /** What every call does, over the defaults. */
  call?: CallPlan
  /** Rules that match a call are laid over it in order, the last one wins. */
  rules?: Rule[]
  /** Laid over last. In-process servers only. */
  plan?: (call: ScriptedCall) => CallPlan
  /** Endpoints that answer a plain 404, such as `/api/ps`. */
  absent?: string[]
  /** Spin through the last millisecond before each write. Otherwise writes are up to a timer's tick late, but never drift. */
  precise?: boolean
  /** One call at a time, as OLLAMA_NUM_PARALLEL=1 does: the others wait for their turn. */
  serial?: boolean
  /** How long /api/ps still shows an unloaded model, ms. */
  unload_lag?: number
  /** How many models may be loaded at once, as OLLAMA_MAX_LOADED_MODELS: one more makes the oldest leave. */
  max_loaded?: number
}

export type Product = 'ollama' | 'llama.cpp' | 'vllm'

export type Endpoint = 'generate' | 'chat' | 'embed' | 'chat_completions' | 'completions' | 'responses'

export interface ScriptedModel {
  name: string
  digest?: string
  quantization?: string
  family?: string
  parameter_size?: string
  /** Layers; 26. `size_vram` is `size × num_gpu / (block_count + 1)`, at most `size`. */
  block_count?: number
  /** What it was trained for; 8192. */
  context_length?: number
  /** num_ctx when a call sets none; 4096. */
  default_ctx?: number
  /** A smaller num_ctx is clamped up to it. */
  min_ctx?: number
  /** Bytes. */
  size?: number
  /** What a load takes, ms; of a list the first load takes the first, and all past its end the last. */
  cold_load?: number | readonly number[]
}

export interface Rule extends CallPlan {
  when: {
    model?: string
    endpoint?: Endpoint
    /** Number of the call from 0, or first and last; preloads do not count. */
    calls?: number | [first: number, last: number]
    options?: Record<string, unknown>
    /** A part of the prompt. */
    prompt?: string
    cold?: boolean
  }
}

/** A model call as the script sees it. */
export interface ScriptedCall {
  index: number
  endpoint: Endpoint
  path: string
  product: Product
  model: string
  options: Record<string, unknown>
  prompt: string
  body: Record<string, unknown>
  cold: boolean
}

export interface Counters {
  prompt_eval_count: number
  prompt_eval_cached_count: number
  /** ms, as all durations here; nanoseconds on the wire. */
  prompt_eval_duration: number
  eval_count: number
  eval_duration: number
  load_duration: number
  total_duration: number
}

/** What one call does. Times in milliseconds; the defaults stand in plan.ts. */
export interface CallPlan {
  /** Arrival of the request to the first chunk. A warm load is part of it, a cold one comes on top. */
  ttft?: number
  per_token?: number
  tokens?: number
  /** load_duration of a warm call. */
  load?: number
  cold?: boolean
  prompt_tokens?: number
  cached_tokens?: number
  /** Pieces, cycled; a string is cut into words. */
  text?: string | string[]
  /** The whole text, dealt over the chunks. */
  reply?: string
  /** How many of the first chunks are thinking. */
  thinking?: number
  /** Sent with the last content chunk. */
  tool_calls?: unknown[]
  /** Tokens in a chunk. */
  per_chunk?: number
  done_reason?: string
  /** The model that replies name; the one that was asked for unless told. */
  model?: string
  /** Last chunk to the final object. */
  final_delay?: number
  /** false: the final object carries none; else it carries these instead of its own. */
  counters?: false | Partial<Counters>
  /** Standard deviation of a seeded log-normal factor on ttft and per_token, waits and counters alike. */
  jitter?: number
  seed?: number
  /** Lines in one write. */
  coalesce?: number
  /** Cut every line inside a multi-byte character and write the second half so many ms later. */
  split?: number
  newline?: '\n' | '\r\n'
  /** A blank line after every line. */
  blank?: boolean
  fault?: Fault
}

/** `after` counts the content chunks written before the fault; none unless told. */
export type Fault =
  | { kind: 'status'; status: number; error?: string; body?: string }
  | { kind: 'no_done'; after?: number; repeats?: number }
  | { kind: 'error_line'; after?: number; error?: string }
  | { kind: 'reset'; after?: number }
  | { kind: 'partial_line'; after?: number }
  | { kind: 'stall'; after?: number; ms?: number }
  | { kind: 'reset_after_done' }
  | { kind: 'empty' }
  /** OpenAI's protocol: `[DONE]` without a finish_reason. */
  | { kind: 'no_finish' }

/** One line of the server's own record, the truth that measurements are held against. */
export interface LogEvent {
  /** performance.timeOrigin + performance.now(), ms; for chunks taken just before the write. */
  at: number
  /** Index of the request among all requests. */
  request: number
  /** Number of the model call. */
  call?: number
  event: 'request' | 'chunk' | 'done' | 'end' | 'fault' | 'disconnect'
  /** Number of the content chunk, from 0. */
  n?: number
}

export interface SeenRequest {
  index: number
  at: number
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}
