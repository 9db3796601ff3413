import { describe, expect, test } from 'vitest'
import { keepHeaders, keepNames, keepSecret, keepVariables, redact, redacted } from './secrets.ts'

describe('a secret is told by its place', () => {
  test.each([
    ['http://user:CANARY@host:1/api', 'http://***@host:1/api'],
    ['https://CANARY@host', 'https://***@host'],
    ['it redirects to //user:CANARY@other/x', 'it redirects to //***@other/x'],
    ['postgres://a:CAN@ARY@db/x and http://b', 'postgres://***@db/x and http://b'],
    ['/login?next=https%3A%2F%2Fu%3ACANARY%40h%2Fx', '/login?next=https%3A%2F%2F***%40h%2Fx'],
    ['https://h/cb?token=CANARY&x=1#key=CANARY', 'https://h/cb?token=***&x=1#key=***'],
    ['https://h/?X-Amz-Signature=CANARY', 'https://h/?X-Amz-Signature=***'],
    ['/login?next=%2Fa%3Faccess_token%3DCANARY%26b%3D1', '/login?next=%2Fa%3Faccess_token%3D***%26b%3D1'],
    ['Authorization: Bearer CANARY', 'Authorization: ***'],
    ['{"authorization":"Basic CANARY","x":1}', '{"authorization":"***","x":1}'],
    [String.raw`{\"x-api-key\": \"CANARY\"}`, String.raw`{\"x-api-key\": \"***\"}`],
    ['Cookie: a=CANARY; b=CANARY. Then', 'Cookie: *** Then'],
    ['sent Bearer abc.CANARY1.def', 'sent Bearer ***'],
    ['sent Basic dXNlcjpDQU5BUlk=', 'sent Basic ***'],
    ["api_key='CANARY'", "api_key='***'"],
  ])('%s', (text, shown) => {
    expect(redact(text)).toBe(shown)
    expect(redact(shown)).toBe(shown)
  })

  test('what only looks like one stays', () => {
    for (const text of [
      'https://medium.com/@user/post?page=2&q=a',
      'Basic understanding of Bearer instruments',
      'The reply exceeded the limit of 5 tokens. Set num_predict, or raise `bound.tokens`.',
      'mail me@host.org // see below',
      'max_tokens: 128, key: 1',
    ])
      expect(redact(text)).toBe(text)
  })
})

describe('a secret is told by its value', () => {
  test('in text, in a URL, in JSON and in Base64', () => {
    keepSecret('s p"1/x', 'abc', undefined, '', 'ollama')
    expect(redact('<s p"1/x>')).toBe('<***>')
    expect(redact(`<${encodeURIComponent('s p"1/x')}>`)).toBe('<***>')
    expect(redact(JSON.stringify({ a: 's p"1/x' }))).toBe('{"a":"***"}')
    expect(redact(`<${Buffer.from('s p"1/x').toString('base64')}>`)).toBe('<***>')
    // Too short to be one, and the dummy key of Ollama's clients.
    expect(redact('abc, ollama serve')).toBe('abc, ollama serve')
  })
})

describe('plain data', () => {
  test('keeps its shape and the words that are its own', () => {
    keepSecret('measure', 'value-of-mine')
    const message = {
      phase: 'measure',
      n: [1, 2],
      nothing: null,
      'value-of-mine': [{ text: 'measure' }],
      Authorization: 'CANARY',
    }
    expect(redacted(message)).toEqual({
      phase: 'measure',
      n: [1, 2],
      nothing: null,
      '***': [{ text: '***' }],
      Authorization: '***',
    })
    const own = { phase: 'measure', calls: [{ reason: 'no_done', start: 0.5, options: { seed: 1 } }] }
    expect(redacted(own)).toBe(own)
  })

  test('has words of its own where the record has them, and nowhere in what others put there', () => {
    keepSecret('value-of-mine')
    const words = { kind: 'value-of-mine', reason: ['value-of-mine'], deep: { metric: 'value-of-mine' } }
    const masked = { kind: '***', reason: ['***'], deep: { metric: '***' } }
    for (const name of ['output', 'options', 'format'])
      expect(redacted({ trial: { [name]: words } })).toEqual({ trial: { [name]: masked } })
  })

  test('has secrets in members that are called so', () => {
    const output = {
      'x-api-key': 'CANARY',
      access_token: ['CANARY', ['CANARY']],
      cookie: { text: 'mine' },
      key: 'mine',
    }
    expect(redacted({ output })).toEqual({
      output: { 'x-api-key': '***', access_token: ['***', ['***']], cookie: { text: 'mine' }, key: 'mine' },
    })
  })
})

test('hostile text of a megabyte costs steps in proportion', () => {
  for (const piece of [
    '?key',
    '//',
    '//a',
    '%2F%2F',
    'x-',
    'Basic ',
    'cookie=a;',
    'authorization',
    '@',
    '?a=',
  ])
    expect(redact(piece.repeat(1_000_000 / piece.length)).length).toBeGreaterThan(0)
})

test('headers of an arm, credentials of a client and keys of the environment are taken out of a text', () => {
  keepVariables({ VLLM_API_KEY: 'from-the-environment', PATH: '/usr/local/bin/x', TOKEN: 'short' })
  keepHeaders({ 'x-team': 'of-the-arm', authorization: 'Bearer "quoted"\\' }, 'arm')
  keepHeaders({ Authorization: 'Basic of-a-client-1234', accept: 'application/json' }, 'client')
  keepHeaders({ authorization: 'Bearer ollama' }, 'client')
  keepNames('my-own-suite', 'a5-cookie-0f3c')
  keepHeaders({ 'x-variant': 'candidate', 'x-title': 'my-own-suite', cookie: 'a5-cookie-0f3c' }, 'arm')
  const text = 'from-the-environment of-the-arm "quoted"\\ of-a-client-1234'
  expect(redact(text)).toBe('*** *** *** ***')
  expect(JSON.parse(redact(JSON.stringify({ text })))).toEqual({ text: '*** *** *** ***' })
  expect(redact('a5-cookie-0f3c')).toBe('***')
  const harmless = 'candidate of my-own-suite: ollama at /usr/local/bin/x, short, application/json'
  expect(redact(harmless)).toBe(harmless)
})
