/**
 * Measured calls, from the socket to a `Call`. A `Recorder` measures the calls of one trial: it hands the
 * agent an official client whose `fetch` is ours, follows every reply at the socket beside the client,
 * and decides for each call, once, whether it is valid (outcome.ts holds the rules) and what it took.
 *
 * Calls come in through the agent's context or through one of the doors/. On its way out a request passes recorder.ts,
 * which knows where in the agent it was made (call-context.ts), its protocol/ (what arm and trial put in), open-call.ts
 * (one call from its making to its record), transport.ts (`fetch` for the reader, a tap for us) and exchange.ts
 * (node:http). Its reply comes back the same way: stamped-socket.ts reads the clock before anything is parsed, the
 * protocol makes events of bytes, reply.ts content of events, reply-reader.ts an outcome, call.ts the record. deadline.ts
 * ends calls that are silent or too long; collect.ts puts streamed pieces together for `generate` and `chat`.
 *
 * overhead.ts measures the measuring; slowdown.ts plants a known slowdown in it, when an audit asks for one.
 */
export { agentArm, fullName, sameName, type Api, type Arm, type Bound, type CallConfig } from './arm.ts'
export type { MadeCall } from './call.ts'
export type { ChatInput, Generated, GenerateInput } from './gathering.ts'
export { callMessages } from './messages.ts'
export { holdListener } from './doors/index.ts'
export { watchDeadlines } from './deadline.ts'
export { judgeFailure, judgeStatus } from './outcome.ts'
export { harnessOverhead } from './overhead.ts'
export { createRecorder, type Recorder } from './recorder.ts'
export type { RecorderOptions } from './calls.ts'
export {
  DEFAULT_KEEP_ALIVE,
  errorText,
  OPENAI_OPTIONS,
  type Body,
  type MadeRequest,
} from './protocol/index.ts'
export { outgoingOf, send } from './transport.ts'
