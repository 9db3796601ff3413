import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A way in for child processes and for clients that do not use `fetch`. */
export interface Proxy {
  /** Base URL, without a trailing slash; it holds a secret, so that only who was given it comes in. */
  url: string
  close(): void
}

/**
 * Opens a proxy on the loopback interface that sends what it gets through `door` to `host`. It closes with the trial; a
 * reply that is under way then breaks off.
 */
export function openProxy(host: string, door: typeof fetch): Proxy {
  const secret = randomBytes(16).toString('hex')
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const url = host + path.slice(secret.length + 1)
    if (path.startsWith(`/${secret}/`)) forward(url, request, response, door).catch(() => response.destroy())
    else request.socket.destroy()
  })
  server.unref()
  const { port } = listenAtOnce(server)
  return {
    url: `http://127.0.0.1:${port}/${secret}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/**
 * `env` is read like any variable and cannot wait: `listen` with an address looks that up first, and so has no port yet
 * when it returns. This is what it calls then.
 */
function listenAtOnce(server: Server): AddressInfo {
  const { _listen2 } = server as unknown as {
    _listen2: (address: string, port: number, family: 4, backlog: number) => void
  }
  _listen2.call(server, '127.0.0.1', 0, 4, 511)
  return server.address() as AddressInfo
}

/** Headers that belong to one connection, not to the message. */
const OF_CONNECTION = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
]

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
    .filter(([name]) => !OF_CONNECTION.includes(name))
    .flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]))
  const body = parts.length > 0 && { body: Buffer.concat(parts) }
  const reply = await door(url, { method, headers, ...body, signal: gone.signal }).catch((error: unknown) => {
    // A server that cannot be reached has no status; the client sees the connection end, as it would without us.
    response.destroy()
    throw error
  })
  const kept = [...reply.headers].filter(([name]) => !OF_CONNECTION.slice(0, 4).includes(name))
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
