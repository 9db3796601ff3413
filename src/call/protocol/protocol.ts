import type { JsonObject } from '../../json.ts'
import type { Call } from '../../schema/generated.ts'
import type { Api, Arm } from '../arm.ts'

/** The body of a request; what stands in it is the caller's affair. */
export type Body = Record<string, unknown>

/** A request as agent and arm make it, without what the trial puts in. */
export interface MadeRequest {
  stage: string | null
  endpoint: Call['endpoint']
  body: Body
}

/** What an arm and, but for comparing requests, a trial put into each of its requests. */
export interface Additions {
  arm: Arm
  seed?: number
  nonce?: string | undefined
}

/** A request as it leaves. */
export interface Completed {
  body: Body
  /** The sampling and runner options in it, under the names they leave with. */
  options: Record<string, unknown>
  /** Whether the reply carries a usage event that its reader did not ask for. */
  hidesUsage?: boolean
  /** An option of the arm that the protocol does not have. */
  refused?: string
}

/** What a server's last word says of the reply; durations in ms. A counter that is not reported stays absent. */
export type Final = Pick<
  Call,
  | 'prompt_eval_count'
  | 'prompt_eval_cached_count'
  | 'prompt_eval_duration'
  | 'eval_count'
  | 'eval_duration'
  | 'load_duration'
  | 'total_duration'
  | 'done_reason'
>

/** What one event of a reply says, the same for every protocol. */
export interface Said {
  /** The event itself. */
  object?: JsonObject
  content?: string
  thinking?: string
  /** Whether it carries a tool call, a part of one, or vectors. */
  other?: boolean
  /** Given with the last event. */
  final?: Final
  /** The model that the last event names, where the protocol has the server repeat what was asked for. */
  served?: string
  /** The server's own words. */
  error?: string
  /** What makes the reply incomplete. */
  broken?: string
}

/** Takes one streamed reply apart. */
export interface Parser {
  /** What these bytes complete. */
  push(bytes: Uint8Array): Said[]
  /** What the end of the reply completes; `rest` says whether an incomplete piece was left. */
  end(): { said: Said[]; rest: boolean }
}

/** How one endpoint is spoken to: all that differs between servers in a measured call. */
export interface Protocol {
  endpoint: Call['endpoint']
  api: Api
  /** The body as it leaves: what arm and trial set, where the request itself does not. */
  complete(body: Body, additions: Additions): Completed
  isStreamed(body: Body): boolean
  stream(): Parser
  /** The same of a reply that is not streamed. */
  whole(text: string): Said
}
