/** Addresses at which something answers, but no model server, or not in the way that was asked. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { runOn } from '../../test/support/run-suite.ts'
import { judgeFailure } from '../call/outcome.ts'

/** What the user reads of a suite on a server that cannot be used. */
async function said(server: Server, { scheme = 'http', path = '' } = {}): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const { ending, trials } = await runOn(`${scheme}://127.0.0.1:${port}${path}`, { patience: 100 })
  server.closeAllConnections()
  server.close()
  expect(ending.stopped).toBe('unusable')
  expect(trials.filter(({ valid }) => valid)).toEqual([])
  return ('message' in ending && ending.message) || ''
}

function always(status: number, body: string, headers = {}): RequestListener {
  return (request, response) => {
    request.resume()
    response.writeHead(status, headers).end(body)
  }
}

const JSON_TYPE = { 'content-type': 'application/x-ndjson' }
const REPLY = JSON.stringify({
  model: 'tiny',
  response: 'x',
  done: true,
  done_reason: 'stop',
  eval_count: 20,
})

test.each([
  ['a path that is appended to', '/api', always(404, '404 page not found'), /path \/api in OLLAMA_HOST/],
  ['a path of the other protocol', '/v1', always(404, '404 page not found'), /path \/v1 in OLLAMA_HOST/],
  ['a server without such paths', '', always(404, '<h1>Not Found</h1>'), /no such endpoint.*or OLLAMA_HOST/],
  ['a login', '', always(401, 'Unauthorized'), /credentials with status 401 \(Unauthorized\).*`headers`/],
  ['a ban', '', always(403, 'Forbidden'), /credentials with status 403 \(Forbidden\).*`headers`/],
  ['a web page', '', always(200, '<html></html>', { 'content-type': 'text/html' }), /web page.*OLLAMA_HOST/],
  ['TLS at a plain port', '', always(400, 'sent an HTTP request to an HTTPS server'), /expects TLS.*https:/],
])('%s', async (_name, path, listener, message) => {
  expect(await said(createServer(listener), { path })).toMatch(message)
})

test('https:// to a server without TLS', async () => {
  expect(await said(createServer(always(200, '{}')), { scheme: 'https' })).toMatch(
    /TLS with the server at https:\S+ failed \(.+\).*use http:\/\/ in OLLAMA_HOST/,
  )
})

test('http:// to a server with TLS, which hangs up', async () => {
  expect(await said(createTlsServer({}))).toMatch(/without a reply.*has to begin with https:\/\//)
})

test('a compressed reply is refused, an uncompressed one of the same server is not', async () => {
  const encoded =
    (encoding: string): RequestListener =>
    (request, response) => {
      request.resume()
      const body = `${REPLY}\n`
      response
        .writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding })
        .end(encoding === 'gzip' ? gzipSync(body) : body)
    }
  expect(await said(createServer(encoded('gzip')))).toMatch(/encoded its reply \(gzip\).*Disable compression/)
  await using plain = await startScriptedOllama({ call: { tokens: 20 } })
  const { trials } = await runOn(plain.url, { blocks: { min: 1, max: 1 } })
  expect(trials.every(({ valid }) => valid)).toBe(true)
})

test.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('a certificate that is rejected: %s', (code) => {
  const error = Object.assign(new Error('the system says so'), { code })
  const progress = { connected: false, heard: false }
  expect(judgeFailure(error, progress, 'https://h', 'ollama')).toMatchObject({
    reason: 'unreachable',
    message: expect.stringMatching(
      /certificate .*https:\/\/h was rejected \(the system says so\).*NODE_EXTRA_CA_CERTS/,
    ),
  })
})
