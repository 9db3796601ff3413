/**
 * The child process: loads the model once to see that it can be loaded and to warm itself up, listens on a
 * free port of the loopback interface, tells its parent, and ends with it. llama.cpp aborts the process on a
 * broken file, which is why it lives here and not beside the measurement.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../errors.ts'
import type { ChildMessage, ServerConfig } from './child.ts'
import { complete } from './completion.ts'
import { Engine, type Runner } from './engine.ts'
import type { ServedModel } from './ollama/facts.ts'
import { readOptions } from './options.ts'
import { processorKeeper } from './processors.ts'
import { rendererFor, tokenize } from './prompt.ts'
import { createProtocolServer } from './routes.ts'

function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()))
}

async function serve(config: ServerConfig): Promise<void> {
  const file = await fileFacts(config.path)
  if (config.digest !== undefined && file.digest !== config.digest) {
    await tell({ type: 'failed', reason: 'digest', detail: file.digest })
    process.exit(1)
  }
  const library = await import('node-llama-cpp').catch(async (error: unknown) => {
    await tell({ type: 'failed', reason: 'missing', detail: messageOf(error) })
    process.exit(1)
  })
  const llama = await library.getLlama({ build: 'never', gpu: false, logLevel: library.LlamaLogLevel.error })
  const engine = new Engine(llama, config.path, config.parallel, processorKeeper())

  const signal = new AbortController().signal
  const trial = await engine.use(readOptions({ num_ctx: 256 }).runner, undefined, signal)
  const render = await rendererFor(trial.model)
  const model: ServedModel = {
    names: config.names,
    file: basename(config.path),
    ...file,
    info: trial.model.fileInfo,
    engine: `node-llama-cpp ${await library.getModuleVersion()} (llama.cpp ${llama.llamaCppRelease.release})`,
  }
  await warmUp(trial)
  engine.release(trial)
  await engine.unload()

  const server = createProtocolServer({ engine, render }, model)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object' && address !== null) void tell({ type: 'ready', port: address.port })
  })
}

/** Long enough for thousands of tokens of the tiny model, and soon over with a large one, ms. */
const WARM_UP = 800

/**
 * Writes replies to nobody for a while, with default options. V8 compiles the loop around a token only after some
 * hundreds of them: without this the first replies of a run would measure the compiler, and the arm that comes
 * first would look slow.
 */
async function warmUp(runner: Runner): Promise<void> {
  const tokens = tokenize(runner.model, 'Write a report.')
  const { sampling } = readOptions({ num_predict: 100 })
  const signal = AbortSignal.timeout(WARM_UP)
  try {
    for (;;) await complete(runner, { tokens, sampling, grammar: undefined, shift: true, signal }, toNobody)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function toNobody(piece: string): Promise<void> {
  JSON.stringify({ response: piece, done: false })
}

async function fileFacts(path: string): Promise<Pick<ServedModel, 'size' | 'modified' | 'digest'>> {
  const { size, mtime } = await stat(path)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { size, modified: mtime.toISOString(), digest: hash.digest('hex') }
}

// A terminal signals the whole group; the parent decides when this process ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))

serve(JSON.parse(process.argv[2]!) as ServerConfig).catch(async (error: unknown) => {
  await tell({
    type: 'failed',
    reason: 'model',
    detail: messageOf(error),
  })
  process.exit(1)
})
