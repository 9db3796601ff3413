import { Ollama, type ChatRequest, type ChatResponse, type GenerateRequest } from 'ollama'
import type { StageTime } from '../schema/generated.ts'
import type { MadeCall, Via } from './call.ts'
import { Calls, type RecorderOptions } from './calls.ts'
import { gatherChat, gatherGenerate } from './collect.ts'
import type { ChatInput, Generated, GenerateInput } from './gathering.ts'
import { isAtHost, openProxy, throughDoor, variablesFor, type Proxy } from './doors/index.ts'
import { protocolAt, type Protocol } from './protocol/index.ts'

/** Measures the calls of one trial. */
export interface Recorder {
  /** The official client, bound to the arm's host. Its failures are the client's own. */
  ollama: Ollama
  /** Streams, measures, resolves to the whole response. @throws ChimeraError for every invalid call; its code is the reason. */
  generate: (request: GenerateInput) => Promise<Generated>
  chat: (request: ChatInput) => Promise<ChatResponse>
  /** For any client that takes a `fetch`. Model calls to the arm's server are measured, all else passes. */
  fetch: typeof fetch
  /** The arm's server, as a URL without a trailing slash. */
  host: string
  /** Variables by which a child process finds the server through the recording proxy, which this opens. */
  variables: () => Record<string, string>
  /** Runs work whose calls through the process's own `fetch` are measured too. */
  inside: <T>(work: () => T) => T
  /** Runs work as a named stage; its calls carry the name, also when stages run at once. */
  stage: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /** Runs work as one of several concurrent agents; its calls carry the name. */
  asAgent: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /** The stages that have ended, by their start. */
  stages(): StageTime[]
  /** The stage in which work goes on, if there is only one. */
  openStage(): string | null
  /** When the last call ended, performance.now(); now while one is open, the trial's beginning before the first. */
  idleSince(): number
  /**
   * Ends the trial: aborts what is open and returns the calls in the order they were made. A call that
   * was open never settles for the agent, so nothing of it can surface after the trial; nor do calls made later.
   */
  finish(): Promise<MadeCall[]>
}

type Request = Parameters<typeof fetch>

export function createRecorder(options: RecorderOptions): Recorder {
  const { arm, host } = options
  const calls = new Calls(options)
  const { contexts } = calls
  let proxy: Proxy | undefined
  let isOver = false

  const globalDoor = (...request: Request): Promise<Response> | undefined => {
    const protocol = callTo(host, request)
    return protocol && calls.measure('global', protocol, request)
  }
  /** A `fetch` that measures model calls and passes all else. */
  const door =
    (via: Via): typeof fetch =>
    (...request) => {
      const protocol = callTo(host, request)
      return protocol
        ? calls.measure(via, protocol, request)
        : calls.pass(request, ownUrl(host, request[0]) !== undefined)
    }

  const measured = door('context')
  const ollama = quiet(new Ollama({ host, fetch: measured }))
  const encode = (image: Uint8Array | string): Promise<string> => ollama.encodeImage(image)
  return {
    ollama,
    generate: (request) => dropped(gatherGenerate(arm, request, encode).then((made) => calls.gather(made))),
    chat: (request) => dropped(gatherChat(arm, request, encode).then((made) => calls.gather(made))),
    fetch: (...request) => dropped(measured(...request)),
    host,
    variables: () => {
      proxy ??= openProxy(host, door('proxy'))
      if (isOver) proxy.close()
      return variablesFor(proxy.url)
    },
    inside: (work) => throughDoor(globalDoor, work),
    stage: (name, work) => contexts.stage(name, work),
    asAgent: (name, work) => throughDoor(globalDoor, () => contexts.run({ agent: name }, async () => work())),
    stages: () => contexts.stages(),
    openStage: () => contexts.likely().stage,
    idleSince: () => calls.idleSince(),
    async finish() {
      const made = await calls.finish()
      isOver = true
      proxy?.close()
      return made
    },
  }
}

/** The protocol of a request that is a model call to `host`. */
function callTo(host: string, [input, init]: Request): Protocol | undefined {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  if (method.toUpperCase() !== 'POST') return undefined
  const url = ownUrl(host, input)
  return url && protocolAt(url.pathname)
}

/** The URL of a request that goes to `host`. */
function ownUrl(host: string, input: Request[0]): URL | undefined {
  const url = URL.parse(input instanceof Request ? input.url : input.toString())
  return url !== null && isAtHost(url, host) ? url : undefined
}

/** An agent may drop a call's promise; its failure is recorded, and must not surface as an unhandled rejection. */
function dropped<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** The same client, whose promises may be dropped. */
function quiet(client: Ollama): Ollama {
  const generate = client.generate.bind(client)
  const chat = client.chat.bind(client)
  return Object.assign(client, {
    generate: (request: GenerateRequest & { stream?: false }) => dropped(generate(request)),
    chat: (request: ChatRequest & { stream?: false }) => dropped(chat(request)),
  })
}
