import { getEventListeners, once } from 'node:events'
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { serve } from '../../test/support/serve.ts'
import { StampedSocket } from './stamped-socket.ts'
import { outgoingOf, send } from './transport.ts'

const transportFetch: typeof fetch = async (input, init) =>
  send(await outgoingOf(input, init), init?.signal ?? undefined).response

test('status, headers and body pass through', async () => {
  const url = await serve((request, response) => {
    response.writeHead(418, 'Short and stout', {
      'x-method': request.method ?? '',
      'x-type': request.headers['content-type'] ?? '',
      'set-cookie': ['a=1', 'b=2'],
    })
    request.pipe(response)
  })
  const response = await transportFetch(`${url}/pot?x=1`, {
    method: 'PUT',
    body: 'tea ☕',
    headers: { 'Content-Type': 'text/tea' },
  })
  expect([response.status, response.statusText, response.ok]).toEqual([418, 'Short and stout', false])
  expect(response.headers.get('x-method')).toBe('PUT')
  expect(response.headers.get('X-Type')).toBe('text/tea')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await response.text()).toBe('tea ☕')
})

test.each([
  ['bytes', new Uint8Array([104, 105])],
  ['a blob', new Blob(['hi'])],
  ['a form', new URLSearchParams({ hi: '' })],
])('bodies other than text: %s', async (_name, body) => {
  const url = await serve((request, response) => void request.pipe(response))
  expect(await (await transportFetch(new Request(url, { method: 'POST', body }))).text()).toMatch(/^hi/)
  expect(await (await transportFetch(new URL(url), { method: 'POST', body })).text()).toMatch(/^hi/)
})

test('an empty status has no body, a large body arrives whole', async () => {
  const url = await serve((request, response) =>
    request.url === '/none' ? response.writeHead(204).end() : response.end('x'.repeat(5_000_000)),
  )
  expect((await transportFetch(`${url}/none`)).body).toBeNull()
  expect(await (await transportFetch(url)).text()).toHaveLength(5_000_000)
})

test('a redirect is passed on, not followed', async () => {
  const url = await serve(
    (_request, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  )
  expect((await transportFetch(url)).status).toBe(307)
})

test('an abort reaches the server, before the reply and within it', async () => {
  const left: string[] = []
  const url = await serve((request, response) => {
    response.once('close', () => left.push(request.url ?? ''))
    if (request.url === '/within') response.write('first')
  })
  const stop = new AbortController()
  const before = transportFetch(`${url}/before`, { signal: stop.signal })
  const within = await transportFetch(`${url}/within`, { signal: stop.signal })
  const reader = within.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('first')
  stop.abort()
  await expect(before).rejects.toMatchObject({ name: 'AbortError' })
  await expect(reader.read()).rejects.toMatchObject({ name: 'AbortError' })
  await expect(transportFetch(url, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
  const cancelled = await transportFetch(`${url}/within`)
  await cancelled.body?.cancel()
  await vi.waitFor(() => expect(left.toSorted()).toEqual(['/before', '/within', '/within']), {
    timeout: 30_000,
    interval: 10,
  })
})

/** Answers one request per connection and keeps it open; `onSecond` gets the connection when another one comes. */
async function oneAnswerPerConnection(
  onSecond: (socket: Socket) => void,
): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const server = createTcp((socket) => {
    let answered = false
    socket.on('error', () => {})
    socket.on('data', () => {
      requests++
      if (answered) return onSecond(socket)
      answered = true
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests }
}

/** A clock that stands still but for what it is told. */
function fakeClock(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  return (ms) => void vi.advanceTimersByTime(ms)
}

test('a stale kept-alive connection costs one more request, no error', async () => {
  const pass = fakeClock()
  const { url, requests } = await oneAnswerPerConnection((socket) => socket.resetAndDestroy())
  for (let i = 0; i < 3; i++) {
    expect(await (await transportFetch(url, { method: 'POST', body: 'x' })).text()).toBe('ok')
    // The connection is free for reuse a tick after its reply's end.
    await sleep(10)
    pass(2000)
  }
  expect(requests()).toBe(5)
})

test.each([
  ['was in use a moment ago', 500, 0],
  ['took its time to break', 2000, 400],
])('a connection that %s is not stale: the request is not sent again', async (_, idle, work) => {
  const pass = fakeClock()
  const { url, requests } = await oneAnswerPerConnection((socket) => {
    pass(work)
    socket.resetAndDestroy()
  })
  await (await transportFetch(url)).text()
  await sleep(10)
  pass(idle)
  await expect(transportFetch(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({
    message: 'fetch failed',
    cause: { code: 'ECONNRESET' },
  })
  expect(requests()).toBe(2)
})

test('a connection that broke after the first byte is not tried again', async () => {
  const { url, requests } = await oneAnswerPerConnection((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
  )
  await (await transportFetch(url)).text()
  await sleep(10)
  const response = await transportFetch(url)
  await expect(response.text()).rejects.toMatchObject({
    name: 'TypeError',
    message: 'terminated',
    cause: { code: 'ECONNRESET' },
  })
  expect(requests()).toBe(2)
})

test('bytes that came before a reset are not lost', async () => {
  const server = createTcp((socket) => {
    socket.on('error', () => {})
    socket.once('data', () =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
    )
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const response = await transportFetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const reader = response.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('half')
  await expect(reader.read()).rejects.toThrow('terminated')
})

test('bytes are stamped as they arrive, not when their turn to be read comes', async () => {
  const [busy, other] = [new StampedSocket(), new StampedSocket()]
  let doneAt = 0
  busy.on('data', () => {
    const until = performance.now() + 20
    while (performance.now() < until);
    doneAt = performance.now()
  })
  const read = once(other, 'data')
  busy.push(Buffer.from('a'))
  other.push(Buffer.from('b'))
  await read
  expect(doneAt).toBeGreaterThan(0)
  expect(other.stamp).toBeLessThan(doneAt - 15)
})

test('a request leaves nothing behind at its signal, however it ends', async () => {
  const url = await serve((request, response) =>
    request.url === '/reset' ? request.socket.destroy() : response.end('x'),
  )
  const { signal } = new AbortController()
  await (await transportFetch(url, { signal })).text()
  await expect(transportFetch(`${url}/reset`, { signal })).rejects.toThrow('fetch failed')
  await (await transportFetch(url, { signal })).body?.cancel()
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
