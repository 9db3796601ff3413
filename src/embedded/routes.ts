/** Which request goes where, and what becomes of failures. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ps, show, tags, version, type ServedModel } from './facts.ts'
import { clientGone, HttpError, readJson, sendError, sendJson } from './http.ts'
import { infer, type Backend } from './inference.ts'

/** A server that speaks Ollama's protocol for one model. */
export function createProtocolServer(backend: Backend, model: ServedModel): Server {
  // The tag of the latest request: what /api/ps calls the model.
  let current = model.names[0]!
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    switch (`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`) {
      case 'GET /':
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        return void response.end('Ollama is running')
      case 'GET /api/version':
        return sendJson(response, 200, version(model))
      case 'GET /api/tags':
        return sendJson(response, 200, tags(model))
      case 'GET /api/ps':
        return sendJson(response, 200, ps(model, backend.engine, current))
      case 'POST /api/show':
        knownName(model, await readJson(request))
        return sendJson(response, 200, show(model))
      case 'POST /api/generate':
      case 'POST /api/chat': {
        const signal = clientGone(response)
        const body = await readJson(request)
        current = knownName(model, body)
        const endpoint = path === '/api/chat' ? 'chat' : 'generate'
        return infer(backend, { endpoint, body, response, signal })
      }
      default:
        response.writeHead(404, { 'content-type': 'text/plain' })
        response.end('404 page not found')
    }
  }
  return createServer({ noDelay: true, keepAliveTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: unknown) => sendError(response, error))
  })
}

/** The tag in full if this server has the model; else the 404 that clients know. */
function knownName(model: ServedModel, body: Record<string, unknown>): string {
  const name = body.model ?? body.name
  if (typeof name !== 'string' || name === '') throw new HttpError(400, 'model is required')
  const full = name.includes(':') ? name : `${name}:latest`
  if (!model.names.includes(full)) throw new HttpError(404, `model '${name}' not found`)
  return full
}
