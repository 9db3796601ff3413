/**
 * The model server, as this project sees it. A `Recorder` measures the calls of one trial: it hands the
 * agent an official client whose `fetch` is ours, follows every reply at the socket beside the client,
 * and decides for each call, once, whether it is valid (outcome.ts holds the rules) and what it took.
 *
 * On its way out a request passes recorder.ts (where in the agent it was made), request.ts (what arm and
 * trial put in), open-call.ts (one call from its making to its outcome), transport.ts (`fetch` for the
 * reader, a tap for us) and exchange.ts (node:http, stamps). Its reply comes back the same way: every
 * chunk is stamped before any parsing, ndjson.ts makes lines of bytes, reply.ts content of lines,
 * outcome.ts a verdict on the call, call.ts the record. watch.ts ends calls that are silent or too long.
 *
 * Beside the calls: host.ts reads OLLAMA_HOST, options.ts knows Ollama's options, server.ts asks what is
 * there, residence.ts loads and unloads models, overhead.ts measures the measuring.
 */
export type { Arm, Bound } from './arm.ts'
export type { Answer, Refusal } from './ask.ts'
export { resolveHost } from './host.ts'
export { checkOptions, RUNNER_OPTIONS, runnerKey } from './options.ts'
export { harnessOverhead } from './overhead.ts'
export {
  createRecorder,
  type ChatInput,
  type Generated,
  type GenerateInput,
  type Recorder,
  type RecorderOptions,
} from './recorder.ts'
export { DEFAULT_KEEP_ALIVE } from './request.ts'
export { preload, unload } from './residence.ts'
export { modelFacts, running, serverFacts, type ModelFacts, type RunningModel } from './server.ts'
