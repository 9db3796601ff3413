/** Which request goes where, and what becomes of failures. */
import { unescape } from 'node:querystring'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ps, show, tags, version, type ServedModel } from './ollama/facts.ts'
import {
  clientGone,
  events,
  HttpError,
  lines,
  readJson,
  sendFailure,
  sendJson,
  type Exchange,
} from './http.ts'
import type { Backend } from './inference.ts'
import { answerEmbed, answerOllama, ollamaFailure } from './ollama/reply.ts'
import { answerEmbeddings, answerOpenAI, modelCard, openaiFailure } from './openai/reply.ts'

/** A server that speaks the protocols of Ollama and OpenAI for one model. */
export function createProtocolServer(backend: Backend, model: ServedModel): Server {
  // The tag of the latest request: what /api/ps calls the model.
  let current = model.names[0]!
  const exchangeOf = async (request: IncomingMessage, response: ServerResponse): Promise<Exchange> => {
    const signal = clientGone(response)
    const body = await readJson(request)
    current = knownName(model, body.model ?? body.name)
    return { body, response, signal }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}`
    switch (route) {
      case 'GET /':
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        return void response.end('Ollama is running')
      case 'GET /api/version':
        return sendJson(response, 200, version(model))
      case 'GET /api/tags':
        return sendJson(response, 200, tags(model))
      case 'GET /api/ps':
        return sendJson(response, 200, ps(model, backend.engine, current))
      case 'POST /api/show': {
        const body = await readJson(request)
        knownName(model, body.model ?? body.name)
        return sendJson(response, 200, show(model))
      }
      case 'POST /api/generate':
        return answerOllama(backend, 'generate', await exchangeOf(request, response))
      case 'POST /api/chat':
        return answerOllama(backend, 'chat', await exchangeOf(request, response))
      case 'POST /api/embed':
        return answerEmbed(backend, await exchangeOf(request, response))
      case 'POST /v1/chat/completions':
        return answerOpenAI(backend, 'chat', await exchangeOf(request, response))
      case 'POST /v1/completions':
        return answerOpenAI(backend, 'generate', await exchangeOf(request, response))
      case 'POST /v1/embeddings':
        return answerEmbeddings(backend, await exchangeOf(request, response))
      case 'GET /v1/models':
        return sendJson(response, 200, {
          object: 'list',
          data: model.names.map((name) => modelCard(model, name)),
        })
    }
    if (route.startsWith('GET /v1/models/')) {
      const name = unescape(path.slice('/v1/models/'.length))
      knownName(model, name)
      return sendJson(response, 200, modelCard(model, name))
    }
    if (path.startsWith('/v1/')) throw new HttpError(404, `unknown URL: ${route}`, 'unknown_url')
    response.writeHead(404, { 'content-type': 'text/plain' })
    response.end('404 page not found')
  }
  return createServer({ noDelay: true, keepAliveTimeout: 0 }, (request, response) => {
    const path = URL.parse(request.url ?? '/', 'http://localhost')?.pathname ?? '/'
    answer(request, response, path).catch((error: unknown) => {
      if (path.startsWith('/v1/')) sendFailure(response, events, openaiFailure(error))
      else sendFailure(response, lines, ollamaFailure(error))
    })
  })
}

/** The tag in full if this server has the model; else the 404 that clients know. */
function knownName(model: ServedModel, name: unknown): string {
  if (typeof name !== 'string' || name === '') throw new HttpError(400, 'model is required')
  const full = name.includes(':') ? name : `${name}:latest`
  if (!model.names.includes(full)) throw new HttpError(404, `model '${name}' not found`, 'model_not_found')
  return full
}
