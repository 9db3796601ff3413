import { expect, test } from 'vitest'
import { Secrets } from './secrets.ts'

test('headers of an arm, credentials of a client and keys of the environment are taken out of a text', () => {
  const secrets = new Secrets({
    VLLM_API_KEY: 'from-the-environment',
    PATH: '/usr/local/bin/x',
    TOKEN: 'short',
  })
  secrets.learn({ 'x-team': 'of-the-arm', authorization: 'Bearer "quoted"\\' }, 'arm')
  secrets.learn({ Authorization: 'Basic of-a-client-1234', accept: 'application/json' }, 'client')
  secrets.learn({ authorization: 'Bearer ollama' }, 'client')
  const text = 'from-the-environment of-the-arm "quoted"\\ of-a-client-1234'
  expect(secrets.redact(text)).toBe('[secret] [secret] [secret] [secret]')
  expect(JSON.parse(secrets.redact(JSON.stringify({ text })))).toEqual({
    text: '[secret] [secret] [secret] [secret]',
  })
  const harmless = 'ollama at /usr/local/bin/x, short, application/json'
  expect(secrets.redact(harmless)).toBe(harmless)
})
