import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A way in for child processes and for clients that do not use `fetch`. */
export interface Proxy {
  /** Base URL, without a trailing slash; it holds a secret, so that only who was given it comes in. */
  url: string
  close(): void
}

interface Route {
  host: string
  door: typeof fetch
  sockets: Set<Socket>
}

/** By their secrets. */
const routes = new Map<string, Route>()
let users = 0
let opening: Promise<void> | undefined
let listener: { port: number; close: () => void } | Error = new Error('no suite is running')

/**
 * `env` is read like any variable and cannot wait for a port. One listener on the loopback interface is therefore open
 * while any suite of this process runs; it refuses all requests but those of a proxy. Returns how the suite gives it up.
 */
export async function holdListener(): Promise<() => void> {
  users++
  await (opening ??= listen())
  return () => {
    users--
    if (users > 0) return
    opening = undefined
    if (!(listener instanceof Error)) listener.close()
  }
}

/** A failure is that of the agent that reads `env`: others need no listener. */
async function listen(): Promise<void> {
  const server = createServer(receive)
  server.unref()
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening')
  } catch (error) {
    listener = new Error('the recording proxy has no port', { cause: error })
    return
  }
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  listener = { port: (server.address() as AddressInfo).port, close }
}

/**
 * Opens a proxy that sends what it gets through `door` to `host`. It closes with the trial; a reply that is under way then
 * breaks off.
 */
export function openProxy(host: string, door: typeof fetch): Proxy {
  if (listener instanceof Error) throw listener
  const secret = randomBytes(16).toString('hex')
  const sockets = new Set<Socket>()
  routes.set(secret, { host, door, sockets })
  return {
    url: `http://127.0.0.1:${listener.port}/${secret}`,
    close() {
      routes.delete(secret)
      for (const socket of sockets) socket.destroy()
    },
  }
}

function receive(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', socket } = request
  const [, secret = ''] = url.split('/', 2)
  const route = routes.get(secret)
  if (route === undefined || !url.startsWith(`/${secret}/`)) return void socket.destroy()
  const { host, door, sockets } = route
  sockets.add(socket)
  response.once('close', () => sockets.delete(socket))
  forward(host + url.slice(secret.length + 1), request, response, door).catch(() => response.destroy())
}

/** Headers that belong to one connection, not to the message. */
const OF_CONNECTION: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade']
/** Those that a request gets anew where it leaves. */
const OF_REQUEST: readonly string[] = [...OF_CONNECTION, 'host', 'content-length', 'expect']

async function forward(
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  door: typeof fetch,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const { method = 'GET' } = request
  const headers = Object.entries(request.headersDistinct)
    .filter(([name]) => !OF_REQUEST.includes(name))
    .flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]))
  const body = parts.length > 0 && { body: Buffer.concat(parts) }
  const reply = await door(url, { method, headers, ...body, signal: gone.signal }).catch((error: unknown) => {
    // A server that cannot be reached has no status; the client sees the connection end, as it would without us.
    response.destroy()
    throw error
  })
  const kept = [...reply.headers].filter(([name]) => !OF_CONNECTION.includes(name))
  response.writeHead(reply.status, reply.statusText, kept.flat())
  response.flushHeaders()
  for await (const bytes of reply.body ?? []) response.write(bytes)
  response.end()
}

/** The variables by which clients of either protocol find the server at `url`, in any language. */
export function variablesFor(
  url: string,
  inherited: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const around = [inherited['NO_PROXY'] ?? inherited['no_proxy'], '127.0.0.1'].filter(Boolean).join(',')
  return {
    OLLAMA_HOST: url,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    // OpenAI's clients do not start without a key; a server that wants one gets it from the arm's headers.
    OPENAI_API_KEY: inherited['OPENAI_API_KEY'] || 'unused',
    // A client that sends its requests through a proxy of the network would not find the loopback interface there.
    NO_PROXY: around,
    no_proxy: around,
  }
}
