import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ChimeraError } from '../errors.ts'
import { startServer } from './child.ts'
import { embedded } from './index.ts'

const here = dirname(fileURLToPath(import.meta.url))
const tinyFile = join(here, '../../dist/embedded/chimera-tiny.gguf')

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chimera-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function file(bytes: Buffer | string): Promise<string> {
  const path = join(await temporary(), 'model.gguf')
  await writeFile(path, bytes)
  return path
}

async function refusal(model: string): Promise<ChimeraError> {
  const error: unknown = await embedded({ model })
    .start()
    .then(
      (server) => server.stop(),
      (reason: unknown) => reason,
    )
  expect(error).toBeInstanceOf(ChimeraError)
  return error as ChimeraError
}

async function refused(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  )
}

test('a model that is not there', async () => {
  const { code, message } = await refusal('/nowhere/model.gguf')
  expect(code).toBe('engine_no_model')
  expect(message).toContain('found no model file at /nowhere/model.gguf')
})

test('a file that is no model', async () => {
  const { code, message } = await refusal(await file('no model at all'))
  expect(code).toBe('engine_bad_model')
  expect(message).toContain('model.gguf')
})

test('a model cut off in the middle', async () => {
  const { code } = await refusal(await file((await readFile(tinyFile)).subarray(0, 1_000_000)))
  expect(['engine_bad_model', 'engine_died']).toContain(code)
})

test('a model that makes llama.cpp abort', async () => {
  const bytes = await readFile(tinyFile)
  bytes.write('llama.feed_forward_lengtX', bytes.indexOf('llama.feed_forward_length'))
  const { code, message } = await refusal(await file(bytes))
  expect(code).toBe('engine_died')
  expect(message).toMatch(/ended \(SIGABRT\) while loading .*model\.gguf/)
})

/** The engine in a folder of its own, which has no packages, and of a build only the model, if that. */
async function apart(model?: Buffer): Promise<typeof embedded> {
  const folder = await temporary()
  for (const part of ['embedded', 'text', 'errors.ts', 'secrets.ts', 'json.ts', 'clock.ts'])
    await cp(join(here, '..', part), join(folder, 'src', part), { recursive: true })
  if (model !== undefined) {
    await mkdir(join(folder, 'dist/embedded'), { recursive: true })
    await writeFile(join(folder, 'dist/embedded/chimera-tiny.gguf'), model)
  }
  const module = (await import(join(folder, 'src/embedded/index.ts'))) as { embedded: typeof embedded }
  return module.embedded
}

test('its own model is not built', async () => {
  const start = (await apart())().start()
  await expect(start).rejects.toMatchObject({
    code: 'engine_no_model',
    message: expect.stringMatching(/missing at .*chimera-tiny\.gguf.* run `npm run build`/),
  })
})

test('its own model is damaged, by a single bit', async () => {
  const bytes = await readFile(tinyFile)
  bytes.writeUInt8(bytes.readUInt8(3_000_000) ^ 1, 3_000_000)
  await expect((await apart(bytes))().start()).rejects.toMatchObject({
    code: 'engine_bad_model',
    message: expect.stringMatching(/chimera-tiny\.gguf is damaged .* was not loaded\..*`npm run build`/),
  })
})

test('node-llama-cpp is not installed', async () => {
  const start = (await apart())({ model: tinyFile }).start()
  await expect(start).rejects.toThrow('Install it with `npm install -D node-llama-cpp`')
})

test('one that does not start in time is killed', async () => {
  const start = startServer({ path: tinyFile, names: ['a:b'], parallel: 1 }, 1)
  await expect(start).rejects.toMatchObject({
    code: 'engine_died',
    message: expect.stringMatching(/ended \(SIGKILL after 1 ms\) while loading/),
  })
})

test('stops, again without harm, and is no longer there', async () => {
  const spoken = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => spoken.mockRestore())
  const server = await embedded({ names: ['mine:1b'] }).start()
  expect(await (await fetch(`${server.url}/api/tags`)).json()).toMatchObject({
    models: [{ name: 'mine:1b' }],
  })
  await Promise.all([server.stop(), server.stop()])
  await server.stop()
  expect(await refused(server.url)).toBe(true)
  expect(spoken).not.toHaveBeenCalled()
})

test('its death in the middle of a run is told once', async () => {
  const spoken = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => spoken.mockRestore())
  const server = await embedded().start()
  process.kill(server.pid, 'SIGINT')
  expect(await refused(server.url)).toBe(false)
  process.kill(server.pid, 'SIGKILL')
  await expect
    .poll(() => spoken.mock.calls.flat())
    .toEqual([expect.stringMatching(/embedded engine at http:\S+ ended \(SIGKILL\) during the run/)])
  await server.stop()
  expect(await refused(server.url)).toBe(true)
})

test('ends with a parent that is killed', async () => {
  const folder = await temporary()
  const script = join(folder, 'parent.mjs')
  await writeFile(
    script,
    `import { embedded } from ${JSON.stringify(join(here, 'index.ts'))}
    const server = await embedded().start()
    process.stdout.write(server.url)
    setInterval(() => {}, 1000)`,
  )
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string]
  const body = JSON.stringify({ model: 'gemma3', prompt: 'x', options: { num_predict: 2000 } })
  const underWay = fetch(`${url}/api/generate`, { method: 'POST', body }).then((response) => response.text())
  parent.kill('SIGKILL')
  await underWay.catch(() => {})
  await expect.poll(() => refused(url)).toBe(true)
})
