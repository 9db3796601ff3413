import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { modelFacts, preload, running, serverFacts, unload } from './index.ts'

const nowhere = 'http://127.0.0.1:1'
const tiny = {
  name: 'tiny',
  digest: 'sha256:abc',
  quantization: 'Q8_0',
  block_count: 12,
  context_length: 8192,
  family: 'gemma3',
  parameter_size: '4.3B',
  size: 1300,
  cold_load: 30,
  min_ctx: 2048,
}
const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024, num_gpu: 6 } }

/** A server that answers everything with the same text. */
async function odd(status: number, text: string): Promise<string> {
  const server = createServer((_request, response) => void response.writeHead(status).end(text)).listen(
    0,
    '127.0.0.1',
  )
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('the server', () => {
  test('tells its version', async () => {
    await using server = await startScriptedOllama({ version: '0.24.0' })
    expect(await serverFacts(server.url)).toEqual({ ok: true, value: { kind: 'ollama', version: '0.24.0' } })
  })

  test('tells that it is an embedded engine', async () => {
    await using server = await startScriptedOllama({
      embedded: { engine: 'node-llama-cpp 3.22.1', model: 'tiny.gguf' },
    })
    expect(await serverFacts(server.url)).toMatchObject({
      value: { kind: 'embedded', engine: 'node-llama-cpp 3.22.1', model_file: 'tiny.gguf' },
    })
  })

  test('may be absent, or odd', async () => {
    expect(await serverFacts(nowhere)).toMatchObject({
      ok: false,
      reason: 'unreachable',
      message: expect.stringContaining('ollama serve'),
    })
    await using server = await startScriptedOllama({ absent: ['/api/version'] })
    expect(await serverFacts(server.url)).toEqual({ ok: true, value: { kind: 'ollama' } })
    for (const text of ['', 'null', '[]', '{"version": 7, "models": 8}', '<html>']) {
      const url = await odd(200, text)
      expect(await serverFacts(url)).toEqual({ ok: true, value: { kind: 'ollama' } })
      expect(await modelFacts(url, 'tiny')).toEqual({ ok: true, value: {} })
      expect(await running(url, 'tiny')).toBeUndefined()
    }
  })
})

describe('a model', () => {
  test.each(['tiny', 'tiny:latest'])('has its facts, as %s', async (name) => {
    await using server = await startScriptedOllama({ models: [tiny, { name: 'tiny:other' }] })
    const facts = await modelFacts(server.url, name)
    expect(facts).toEqual({
      ok: true,
      value: {
        digest: 'sha256:abc',
        quantization: 'Q8_0',
        block_count: 12,
        context_length: 8192,
        family: 'gemma3',
        parameter_size: '4.3B',
      },
    })
  })

  test('may be missing', async () => {
    await using server = await startScriptedOllama({ models: [tiny] })
    const missing = {
      ok: false,
      reason: 'model_missing',
      message: expect.stringContaining('ollama pull other'),
    }
    expect(await modelFacts(server.url, 'other')).toMatchObject(missing)
    expect(await preload(server.url, { ...arm, model: 'other' })).toMatchObject(missing)
    expect(await modelFacts(nowhere, 'tiny')).toMatchObject({ ok: false, reason: 'unreachable' })
    expect(await preload(nowhere, arm)).toMatchObject({ ok: false, reason: 'unreachable' })
  })

  test('is known by what endpoints there are', async () => {
    await using noShow = await startScriptedOllama({ models: [tiny], absent: ['/api/show'] })
    expect(await modelFacts(noShow.url, 'tiny')).toMatchObject({
      ok: true,
      value: { digest: 'sha256:abc', quantization: 'Q8_0' },
    })
    expect(await modelFacts(noShow.url, 'other')).toMatchObject({ ok: false, reason: 'model_missing' })
    await using noTags = await startScriptedOllama({ models: [tiny], absent: ['/api/tags'] })
    const facts = await modelFacts(noTags.url, 'tiny')
    expect(facts).toMatchObject({ ok: true, value: { block_count: 12 } })
    expect(facts.ok && facts.value).not.toHaveProperty('digest')
    await using neither = await startScriptedOllama({
      models: [tiny],
      absent: ['/api/tags', '/api/show', '/api/ps'],
    })
    expect(await modelFacts(neither.url, 'tiny')).toEqual({ ok: true, value: {} })
    expect(await running(neither.url, 'tiny')).toBeUndefined()
  })
})

describe('loading', () => {
  test('a preloaded model runs as the server runs it, until it is unloaded', async () => {
    await using server = await startScriptedOllama({ models: [tiny], unload_lag: 1500 })
    expect(await running(server.url, 'tiny')).toBeUndefined()
    const loaded = await preload(server.url, arm)
    expect(loaded.ok && loaded.value.duration).toBeGreaterThanOrEqual(29)
    expect(server.requests.at(-1)?.body).toEqual({
      model: 'tiny',
      options: arm.options,
      keep_alive: '60m',
      stream: false,
    })
    expect(await running(server.url, 'tiny')).toEqual({
      name: 'tiny:latest',
      context_length: 2048,
      size: 1300,
      size_vram: 600,
      digest: 'sha256:abc',
    })
    expect(await unload(server.url, 'tiny', { timeout: 50 })).toBe(false)
    expect(await unload(server.url, 'tiny')).toBe(true)
    expect(await running(server.url, 'tiny')).toBeUndefined()
  })

  test('a model is found under another tag of the same digest', async () => {
    await using server = await startScriptedOllama({ models: [tiny, { name: 'alias', digest: tiny.digest }] })
    await preload(server.url, arm)
    expect(await running(server.url, 'alias')).toMatchObject({ name: 'tiny:latest', digest: 'sha256:abc' })
  })

  test('a load has its own limit, and the server is told', async () => {
    await using server = await startScriptedOllama({ models: [{ ...tiny, cold_load: 5000 }] })
    expect(await preload(server.url, arm, { timeout: 60 })).toMatchObject({ ok: false, reason: 'timeout' })
    const stop = AbortSignal.timeout(60)
    await expect(
      preload(server.url, { ...arm, options: { num_ctx: 4096 } }, { signal: stop }),
    ).resolves.toMatchObject({ ok: false, reason: 'interrupted' })
  })

  test('an out-of-memory server says so', async () => {
    const url = await odd(500, '{"error":"model requires more system memory (9 GiB) than is available"}')
    expect(await preload(url, arm)).toMatchObject({
      ok: false,
      reason: 'http_error',
      message: expect.stringContaining('9 GiB'),
    })
  })
})
