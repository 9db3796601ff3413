import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { arrivedAt, stampArrivals } from './arrivals.ts'
import { ENDPOINTS, isStreamed, notFound, productFacts, promptOf } from './endpoints.ts'
import { leavesAtOnce, Models } from './models.ts'
import { planOf, type Plan } from './plan.ts'
import { play, reset, until, type Note } from './play.ts'
import type { LogEvent, Script, ScriptedCall, SeenRequest } from './script.ts'
import { timeline, wholeLine } from './timeline.ts'

export interface ScriptedOllama extends AsyncDisposable {
  url: string
  /** Grows while the server runs. */
  log: LogEvent[]
  /** Every request on any endpoint. */
  requests: SeenRequest[]
  close(): Promise<void>
}

/** Starts the server on a free port of the loopback interface, or on `port`. */
export async function startScriptedOllama(script: Script = {}, port = 0): Promise<ScriptedOllama> {
  const state = new State(script)
  const server = createServer({ noDelay: true }, (request, response) => void state.serve(request, response))
  server.on('connection', stampArrivals)
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  const close = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done))
    server.closeAllConnections()
    await closed
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, log: state.log, requests: state.requests, close, [Symbol.asyncDispose]: close }
}

class State {
  readonly log: LogEvent[] = []
  readonly requests: SeenRequest[] = []
  #script: Script
  #models: Models
  #calls = 0
  #last: Promise<void> = Promise.resolve()

  constructor(script: Script) {
    this.#script = script
    this.#models = new Models(script)
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {})
    response.on('error', () => {})
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const arrived = arrivedAt(request.socket)
    const body = parse(Buffer.concat(parts).toString())
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path.startsWith('/__')) return this.#control(request.method ?? '', path, body, response)

    const seen = {
      index: this.requests.length,
      at: performance.timeOrigin + arrived,
      method: request.method ?? '',
      path,
      headers: request.headers,
      body,
    }
    this.requests.push(seen)
    const model = this.#models.find(body['model'])
    const { api_key: key, product = 'ollama' } = this.#script
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`)
      return json(response, 401, { error: { message: `Invalid API key: ${request.headers.authorization}` } })
    const facts = productFacts(product, path, this.#models)
    if (facts !== undefined) return json(response, 200, facts)
    if (this.#script.absent?.includes(path) || (product !== 'ollama' && path.startsWith('/api/')))
      return plain(response, 404, '404 page not found')
    if (path === '/api/version')
      return json(response, 200, { version: this.#script.version ?? '0.24.0', ...embedded(this.#script) })
    if (path === '/api/tags') return json(response, 200, this.#models.tags())
    if (path === '/api/ps') return json(response, 200, this.#models.ps())
    if (path === '/' && request.method !== 'POST') return plain(response, 200, 'Ollama is running')
    if (path !== '/api/show' && !(path in ENDPOINTS)) return plain(response, 404, '404 page not found')
    if (!model) return json(response, 404, { error: notFound(path, body['model']) })
    if (path === '/api/show') return json(response, 200, this.#models.show(model))
    await this.#call(seen, arrived, response)
  }

  /** When work on a call begins: at once, or when the one before it has left a serial server. */
  async #turn(arrived: number, response: ServerResponse): Promise<number> {
    if (!this.#script.serial) return arrived
    const before = this.#last
    this.#last = new Promise((left) => response.once('close', left))
    await before
    return Math.max(arrived, performance.now())
  }

  async #call(seen: SeenRequest, arrived: number, response: ServerResponse): Promise<void> {
    const { body } = seen
    const model = this.#models.find(body['model'])
    if (!model) return
    const endpoint = ENDPOINTS[seen.path] ?? 'generate'
    const isOllama = seen.path.startsWith('/api/')
    const options = (body['options'] ?? {}) as Record<string, unknown>
    const prompt = promptOf(body)
    const empty = {
      model: body['model'],
      created_at: new Date().toISOString(),
      ...(endpoint === 'chat' ? { message: { role: 'assistant', content: '' } } : { response: '' }),
    }
    if (!prompt && endpoint !== 'embed' && leavesAtOnce(body['keep_alive'])) {
      this.#models.unload(model)
      return json(response, 200, { ...empty, done: true, done_reason: 'unload' })
    }
    const cold = this.#models.use(
      model,
      options,
      leavesAtOnce(body['keep_alive']) ? '5m' : body['keep_alive'],
    )
    if (!prompt && isOllama && endpoint !== 'embed') {
      if (cold) await until(arrived + this.#models.coldLoad(model), false, response)
      return json(response, 200, { ...empty, done: true, done_reason: 'load' })
    }
    const call: ScriptedCall = {
      index: this.#calls++,
      endpoint,
      path: seen.path,
      product: this.#script.product ?? 'ollama',
      model: String(body['model']),
      options,
      prompt,
      body,
      cold,
    }
    const note: Note = (event, n) =>
      void this.log.push({
        at: performance.timeOrigin + performance.now(),
        request: seen.index,
        call: call.index,
        event,
        ...(n !== undefined && { n }),
      })
    this.log.push({ at: seen.at, request: seen.index, call: call.index, event: 'request' })
    // Requests that come at once are all to be stamped before the work on the first begins.
    if (this.#script.precise) await sleep(2)
    let ended = false
    response.once('close', () => {
      if (!ended && !response.writableFinished) note('disconnect')
    })
    const begins = await this.#turn(arrived, response)
    await answer(
      planOf(this.#script, call, this.#models.coldLoad(model)),
      call,
      begins,
      this.#script.precise ?? false,
      response,
      (event, n) => {
        ended ||= event === 'end' || (event === 'fault' && !response.writable)
        note(event, n)
      },
    )
    if (leavesAtOnce(body['keep_alive'])) this.#models.unload(model)
  }

  #control(method: string, path: string, body: Record<string, unknown>, response: ServerResponse): void {
    if (path === '/__log' && method === 'DELETE') {
      this.log.length = 0
      this.requests.length = 0
      this.#calls = 0
    }
    if (path === '/__script' && method === 'POST') {
      this.#script = body
      this.#models = new Models(this.#script)
    }
    json(response, 200, path === '/__requests' ? this.requests : this.log)
  }
}

async function answer(
  plan: Plan,
  call: ScriptedCall,
  arrived: number,
  precise: boolean,
  response: ServerResponse,
  note: Note,
): Promise<void> {
  const { fault } = plan
  if (fault?.kind === 'status') {
    note('fault')
    if (fault.body !== undefined) return plain(response, fault.status, fault.body)
    return json(response, fault.status, { error: fault.error ?? `scripted status ${fault.status}` })
  }
  const beats = timeline(plan, call)
  if (isStreamed(call)) return play(beats, plan, call, response, arrived, precise, note)
  const last = beats.findLast((beat) => beat.do !== 'chunk') ?? { at: 0, do: 'end' }
  const broken = beats.find((beat) => !['chunk', 'done', 'end'].includes(beat.do))
  if (!(await until(arrived + last.at, precise, response)) || broken?.do === 'silence') return
  if (broken) note('fault')
  if (broken?.do === 'error_line')
    return json(response, 500, JSON.parse(broken.line.replace(/^[^]*data: /, '')))
  if (broken?.do === 'reset' && fault?.kind === 'reset') return reset(response)
  const line =
    fault?.kind === 'empty'
      ? beats.flatMap((beat) => ('line' in beat ? [beat.line] : []))[0]
      : wholeLine(plan, call, fault?.kind !== 'no_done' && fault?.kind !== 'no_finish')
  if (broken?.do === 'half_line') return plain(response, 200, (line ?? '').slice(0, 40))
  note('done')
  note('end')
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(line)
}

function embedded(script: Script): object {
  return script.embedded ? { embedded: script.embedded } : {}
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}
