/**
 * A scripted Ollama server, or another that speaks OpenAI's protocol: it speaks as they do, but what it says and when stands in a script, so a
 * test knows to the token and to the millisecond what a measurement must find. It keeps the truth in a
 * log: when each request was there, when each chunk was written, when a client went away. Counters in
 * the final object follow the script exactly, whatever the clock did.
 *
 *   await using server = await startScriptedOllama({ call: { ttft: 50, per_token: 5, tokens: 40 } })
 *
 * script.ts has the words of a script, plan.ts its defaults and rules, timeline.ts what is written when, voices.ts how,
 * play.ts the writing, models.ts what is loaded, server.ts the endpoints. `spawnScriptedOllama` runs it in a
 * process of its own (main.ts), where accuracy counts.
 */
export { startScriptedOllama, type ScriptedOllama } from './server.ts'
export { spawnScriptedOllama } from './child.ts'
export type { CallPlan, Fault, LogEvent, Script, ScriptedCall, SeenRequest } from './script.ts'
