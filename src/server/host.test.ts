import { describe, expect, test } from 'vitest'
import { redact } from '../secrets.ts'
import { resolveHost } from './host.ts'

// The cases of Ollama's own TestHost and TestConnectableHost, with their results. Where Ollama leaves the
// host empty (":1234"), Go dials the local machine; a URL must say so.
describe('OLLAMA_HOST is read as Ollama reads it', () => {
  test.each([
    ['empty', '', 'http://127.0.0.1:11434'],
    ['unset', undefined, 'http://127.0.0.1:11434'],
    ['only address', '1.2.3.4', 'http://1.2.3.4:11434'],
    ['only port', ':1234', 'http://127.0.0.1:1234'],
    ['address and port', '1.2.3.4:1234', 'http://1.2.3.4:1234'],
    ['hostname', 'example.com', 'http://example.com:11434'],
    ['hostname and port', 'example.com:1234', 'http://example.com:1234'],
    ['zero port', ':0', 'http://127.0.0.1:0'],
    ['too large port', ':66000', 'http://127.0.0.1:11434'],
    ['too small port', ':-1', 'http://127.0.0.1:11434'],
    ['no port after the colon', 'example.com:', 'http://example.com:11434'],
    ['a word for a port', 'http://example.com:web', 'http://example.com:80'],
    ['ipv6 localhost', '[::1]', 'http://[::1]:11434'],
    ['ipv6 world open', '[::]', 'http://[::1]:11434'],
    ['ipv6 no brackets', '::1', 'http://[::1]:11434'],
    ['ipv6 in full', '0:0:0:0:0:0:0:1', 'http://[::1]:11434'],
    ['ipv6 + port', '[::1]:1337', 'http://[::1]:1337'],
    ['ipv6 url', 'https://[fe80::1]', 'https://[fe80::1]:443'],
    ['extra space', ' 1.2.3.4 ', 'http://1.2.3.4:11434'],
    ['extra quotes', '"1.2.3.4"', 'http://1.2.3.4:11434'],
    ['extra space+quotes', ' " 1.2.3.4 " ', 'http://1.2.3.4:11434'],
    ['extra single quotes', "'1.2.3.4'", 'http://1.2.3.4:11434'],
    ['http', 'http://1.2.3.4', 'http://1.2.3.4:80'],
    ['http port', 'http://1.2.3.4:4321', 'http://1.2.3.4:4321'],
    ['https', 'https://1.2.3.4', 'https://1.2.3.4:443'],
    ['https port', 'https://1.2.3.4:4321', 'https://1.2.3.4:4321'],
    ['trailing slash', 'http://1.2.3.4:4321/', 'http://1.2.3.4:4321'],
    ['proxy path', 'https://example.com/ollama', 'https://example.com:443/ollama'],
    ['proxy path without scheme', 'example.com/a/b/', 'http://example.com:11434/a/b'],
    ['ollama.com', 'ollama.com', 'https://ollama.com:443'],
    ['ipv4 unspecified', '0.0.0.0', 'http://127.0.0.1:11434'],
    ['ipv4 unspecified + port', '0.0.0.0:1234', 'http://127.0.0.1:1234'],
    ['ipv6 unspecified + port', '[::]:1234', 'http://[::1]:1234'],
    ['https unspecified + port', 'https://0.0.0.0:4321', 'https://127.0.0.1:4321'],
  ])('%s', (_name, value, expected) => {
    expect(resolveHost(value)).toEqual({ host: expected })
    expect(resolveHost(expected)).toEqual({ host: expected })
  })

  test.each(['ftp://example.com', 'two words', 'user:secret@example.com:80:90'])(
    '%s is no address',
    (value) => {
      expect(() => resolveHost(value)).toThrow(
        expect.objectContaining({ code: 'host', message: expect.stringContaining('OLLAMA_HOST') }),
      )
    },
  )
})

test.each([
  ['http://user:pass@h:80', 'http://h:80', 'user:pass'],
  ['https://user:p%40ss%2Fw%3Ard@h/ollama', 'https://h:443/ollama', 'user:p@ss/w:rd'],
  ['user:pass@h', 'http://h:11434', 'user:pass'],
  ['token@h:1', 'http://h:1', 'token:'],
  ['http://u:100%@[::1]:1', 'http://[::1]:1', 'u:100%'],
  ['http://u:p@ss@h:1', 'http://h:1', 'u:p@ss'],
])('the credentials in %s become a header', (value, host, sent) => {
  expect(resolveHost(value)).toEqual({
    host,
    headers: { authorization: `Basic ${Buffer.from(sent).toString('base64')}` },
  })
})

test('and stay out of every text', () => {
  const { headers } = resolveHost('http://user:canary%20cage@h:80')
  expect(redact(`${headers?.['authorization']} of "canary cage" or canary%20cage`)).toBe(
    '*** of "***" or ***',
  )
})

test.each([
  'http://h:80/?key=canary',
  'http://h/#canary',
  'http://user:can/ary@h',
  'u:can?ary@h',
  'h/x@canary',
])('a secret that may stand in %s is refused, and not repeated', (value) => {
  const refuse = (): unknown => resolveHost(value)
  expect(refuse).toThrow(/Percent-encode @/)
  expect(refuse).not.toThrow(/can/)
})
