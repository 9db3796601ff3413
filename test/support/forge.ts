/** The parts of GitHub's and GitLab's APIs that publishing uses, with the states and errors they have. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { isObject, objectOf, parseJson, type JsonObject } from '../../src/json.ts'

export interface Forge {
  url: string
  /** Every request, as `POST /repos/…`. */
  requests: string[]
  /** Comments or notes, in the order they were made. */
  comments: JsonObject[]
  checks: JsonObject[]
  labels: string[]
  /** Answers for the next requests, in place of the usual one. */
  refusals: Refusal[]
  /** The token may read only. */
  readOnly: boolean
}

export interface Refusal {
  status: number
  headers?: Record<string, string>
  message?: string
}

/** Ends with the test that started it. */
export async function startForge(onEnd: (end: () => void) => void): Promise<Forge> {
  const forge: Forge = {
    url: '',
    requests: [],
    comments: [],
    checks: [],
    labels: [],
    refusals: [],
    readOnly: false,
  }
  const server = createServer((request, response) => void answer(forge, request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  forge.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return forge
}

async function answer(forge: Forge, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET' } = request
  const url = new URL(request.url ?? '/', forge.url)
  const body = objectOf(parseJson(await text(request)))
  forge.requests.push(`${method} ${url.pathname}`)
  const send = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
  }
  const refusal = forge.refusals.shift()
  if (refusal) return send(refusal.status, { message: refusal.message ?? 'refused' }, refusal.headers)
  const token = request.headers.authorization ?? request.headers['private-token']
  if (token !== 'Bearer secret-token' && token !== 'secret-token')
    return send(401, { message: 'Bad credentials' })
  if (forge.readOnly && method !== 'GET')
    return send(403, { message: 'Resource not accessible by integration' })
  const { pathname } = url
  if (/\/(comments|notes)$/.test(pathname)) return listed(forge.comments, method, body, url, send)
  const known = /\/(?:comments|notes)\/(\d+)$/.exec(pathname)?.[1]
  if (known !== undefined) return updated(forge.comments, known, body, send)
  if (pathname.endsWith('/labels'))
    return send(
      200,
      forge.labels.map((name) => ({ name })),
    )
  if (pathname.endsWith('/commits/abc123/pulls'))
    return send(200, [{ number: 7, state: 'open', head: { sha: 'abc123' } }])
  if (pathname.endsWith('/commits/abc123/check-runs'))
    return send(200, { check_runs: forge.checks.filter(isObject) })
  if (pathname.endsWith('/check-runs')) return listed(forge.checks, method, body, url, send)
  const check = /\/check-runs\/(\d+)$/.exec(pathname)?.[1]
  if (check !== undefined) return updated(forge.checks, check, body, send)
  send(404, { message: 'Not Found' })
}

type Send = (status: number, value: unknown, headers?: Record<string, string>) => void

/** Pages have two entries, so that a list soon has several. */
function listed(entries: JsonObject[], method: string, body: JsonObject, url: URL, send: Send): void {
  if (method === 'POST') {
    const id = entries.length + 1
    const entry = { ...body, id, html_url: `https://forge.test/${id}`, created_at: new Date().toISOString() }
    entries.push(entry)
    return send(201, entry)
  }
  const size = Math.min(2, Number(url.searchParams.get('per_page') ?? 30))
  const page = Number(url.searchParams.get('page') ?? 1)
  const next = page * size < entries.length
  const link = `<${url.origin}${url.pathname}?per_page=${size}&page=${page + 1}>; rel="next"`
  const isNotes = url.pathname.endsWith('/notes')
  send(
    200,
    isNotes ? (page === 1 ? entries : []) : entries.slice((page - 1) * size, page * size),
    next ? { link } : {},
  )
}

function updated(entries: JsonObject[], id: string, body: JsonObject, send: Send): void {
  const entry = entries.find((one) => String(one['id']) === id)
  if (entry === undefined) return send(404, { message: 'Not Found' })
  send(200, Object.assign(entry, body))
}
