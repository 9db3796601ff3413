/** Requests to the API of a code host: bounded in time, tried again where that can help, never redirected. */
import { setTimeout as wait } from 'node:timers/promises'
import { objectOf, parseJson } from '../json.ts'
import { publishErrors } from './messages.ts'

/** One code host and who asks. */
export interface Api {
  service: 'GitHub' | 'GitLab'
  /** Without a trailing slash. */
  url: string
  headers: Readonly<Record<string, string>>
  /** The variable that holds the token. */
  tokenFrom: string
}

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT'
  path: string
  body?: object
}

/** A list has a next page; `text` is the service's own. */
export interface Reply {
  body: unknown
  /** The query of the next page of a list. */
  nextPage: string | undefined
}

/** An answer that is not a success. */
export class ApiError extends Error {
  readonly status: number
  /** How long to wait before another try could succeed, ms; undefined if none could. */
  readonly retryAfter: number | undefined

  constructor(status: number, message: string, retryAfter: number | undefined) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

const TIMEOUT = 20_000
const ATTEMPTS = 5
/** A rate limit that lasts longer is not waited for. */
const LONGEST_WAIT = 60_000

/** @throws ApiError for an answer that is not a success, ChimeraError where nothing answers */
export async function request(api: Api, { method = 'GET', path, body }: ApiRequest): Promise<Reply> {
  const { response, text } = await fetch(`${api.url}${path}`, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json', ...api.headers },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
    .then(async (response) => ({ response, text: await response.text() }))
    .catch((error: unknown) => {
      throw new ApiError(0, causeOf(error), 0)
    })
  const value = parseJson(text)
  if (!response.ok) {
    const said = objectOf(value)['message']
    throw new ApiError(
      response.status,
      typeof said === 'string' ? said : text.slice(0, 200),
      retryAfter(response),
    )
  }
  return { body: value, nextPage: nextPage(response.headers) }
}

/**
 * Runs `work` until it succeeds, at most five times: after a failed connection, a status from 500 up, or a rate limit
 * that ends within a minute. `work` must be safe to repeat.
 *
 * @throws ChimeraError in the words of a user once no further try can help; ApiError 403 where the token may not write
 */
export async function retrying<T>(
  api: Api,
  what: string,
  work: () => Promise<T>,
  sleep: (ms: number) => Promise<unknown> = wait,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { status, retryAfter } = error
      if (retryAfter === undefined || retryAfter > LONGEST_WAIT || attempt === ATTEMPTS) {
        if (status === 0) throw publishErrors.unreachable(api.service, api.url, error.message)
        if (status === 401) throw publishErrors.unauthorized(api.service, api.tokenFrom)
        if (isReadOnly(error)) throw error
        throw publishErrors.refused(api.service, what, status, error.message)
      }
      await sleep(Math.max(retryAfter, 500 * 2 ** attempt))
    }
  }
}

/** The token may read and not write. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403 && error.retryAfter === undefined
}

function retryAfter({ status, headers }: Response): number | undefined {
  const limited =
    status === 429 ||
    (status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0'))
  if (!limited) return status >= 500 ? 0 : undefined
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000 - Date.now()
  return [seconds * 1000, reset].find((ms) => ms >= 0) ?? 0
}

function nextPage(headers: Headers): string | undefined {
  return /<[^>?]*(\?[^>]*)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1]
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}
