import { objectOf } from '../json.ts'
import type { Arm } from './arm.ts'

/** Longer than a run's pauses, so no model leaves between trials; every call renews it. */
export const DEFAULT_KEEP_ALIVE = '60m'

/** The body of a request to /api/generate or /api/chat; what stands in it is the caller's affair. */
export type Body = Record<string, unknown>

/** A request as agent and arm make it, without what the trial puts in. */
export interface MadeRequest {
  stage: string | null
  endpoint: 'generate' | 'chat'
  body: Body
}

/** What an arm and, but for comparing requests, a trial put into each of its requests. */
export interface Additions {
  arm: Arm
  seed?: number
  nonce?: string | undefined
}

/**
 * The body as it leaves: the arm's model, options and keep_alive and the trial's seed, where the call
 * itself sets none, and the nonce at the head of what the model reads first.
 */
export function complete(body: Body, { arm, seed, nonce }: Additions): Body {
  return {
    ...(nonce === undefined ? body : withNonce(body, `${nonce}\n`)),
    model: body['model'] || arm.model,
    options: { ...(seed !== undefined && { seed }), ...arm.options, ...objectOf(body['options']) },
    keep_alive: body['keep_alive'] ?? arm.keep_alive ?? DEFAULT_KEEP_ALIVE,
  }
}

/** A request without a prompt only loads or unloads a model; there is nothing a cache could serve. */
function withNonce(body: Body, head: string): Body {
  const { prompt, system, messages } = body
  if (Array.isArray(messages)) {
    const [first, ...others] = messages as Body[]
    if (typeof first?.['content'] !== 'string') return body
    return { ...body, messages: [{ ...first, content: head + first['content'] }, ...others] }
  }
  if (typeof prompt !== 'string' || prompt === '') return body
  return {
    ...body,
    prompt: head + prompt,
    ...(typeof system === 'string' && system !== '' && { system: head + system }),
  }
}
