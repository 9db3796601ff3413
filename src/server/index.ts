/**
 * The model server: where it is (host.ts reads OLLAMA_HOST), which options it knows (options.ts), what it is
 * and holds (facts.ts; openai.ts where it speaks no other protocol), loading and unloading (load.ts). Every question goes through ask.ts, which has a limit.
 */
export type { Place, Refusal } from './ask.ts'
export { listed, modelFacts, running, serverFacts, type RunningModel } from './facts.ts'
export { openAiModel, openAiServer } from './openai.ts'
export { resolveHost } from './host.ts'
export { preload, unload } from './load.ts'
export { runnerKey, sharesRunner } from './options.ts'
