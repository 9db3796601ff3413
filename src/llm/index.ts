/**
 * The model server, as this project sees it. A `Recorder` measures the calls of one trial: it hands the
 * agent an official client whose `fetch` is ours, follows every reply at the socket beside the client,
 * and decides for each call, once, whether it is valid (outcome.ts holds the rules) and what it took.
 *
 * On its way out a request passes recorder.ts, which knows where in the agent it was made (places.ts),
 * request.ts (what arm and trial put in), open-call.ts (one call from its making to its record),
 * transport.ts (`fetch` for the reader, a tap for us) and exchange.ts (node:http). Its reply comes back
 * the same way: stamped-socket.ts reads the clock before anything is parsed, ndjson.ts makes lines of
 * bytes, reply.ts content of lines, reception.ts an outcome, call.ts the record. watch.ts ends calls that
 * are silent or too long; whole.ts puts streamed pieces together for `generate` and `chat`.
 *
 * Beside the calls: host.ts reads OLLAMA_HOST, options.ts knows Ollama's options, server.ts asks what is
 * there, load.ts loads and unloads models, overhead.ts measures the measuring.
 */
export { agentArm, type Arm, type Bound, type CallConfig } from './arm.ts'
export type { MadeCall } from './call.ts'
export { fullName } from './names.ts'
export { runnerKey, sharesRunner } from './options.ts'
export { harnessOverhead } from './overhead.ts'
export { createRecorder, type Recorder, type RecorderOptions } from './recorder.ts'
export { preload, unload } from './load.ts'
export { isListed, modelFacts, running, serverFacts, type RunningModel } from './server.ts'
export type { ChatInput, Generated, GenerateInput } from './whole.ts'
