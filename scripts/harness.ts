/**
 * What measuring costs, as ratios within one run: the same calls through the plain official client and
 * through the measured one, against a scripted server in a process of its own; and the judge's share.
 *
 * `npm run harness`. Times depend on the machine; the ratios are what to look at.
 */
import { bench, do_not_optimize, group, run, summary } from 'mitata'
import { Ollama } from 'ollama'
import { assess } from '../src/judge/assess.ts'
import { createRecorder } from '../src/call/index.ts'
import { blocksOf, pairFor } from '../test/support/trials.ts'
import { spawnScriptedOllama } from '../test/scripted-ollama/index.ts'

await using server = await spawnScriptedOllama({ call: { ttft: 0, per_token: 0, tokens: 200, load: 0 } })
const request = { model: 'tiny', prompt: 'Say something.' }

async function plain(): Promise<number> {
  let chunks = 0
  for await (const _ of await new Ollama({ host: server.url }).generate({ ...request, stream: true }))
    chunks++
  return chunks
}

async function measured(): Promise<number> {
  const recorder = createRecorder({
    arm: { name: 'a', model: 'tiny' },
    host: server.url,
    seed: 1,
    nonce: '[000000 000000]',
    timeout: 10_000,
    bound: {},
    signal: new AbortController().signal,
    origin: performance.now(),
  })
  await recorder.generate({ prompt: request.prompt })
  return (await recorder.finish()).length
}

summary(() => {
  group('a call of 200 chunks', () => {
    bench('official client', async () => do_not_optimize(await plain())).baseline(true)
    bench('measured client', async () => do_not_optimize(await measured()))
  })
})

const plan = pairFor({ blocks: { min: 6, max: 20 } })
summary(() => {
  group('one look at a suite', () => {
    for (const blocks of [6, 20]) {
      const trials = blocksOf(blocks, () => ({ eval_duration: 101 }))
      bench(`${blocks} blocks`, () => do_not_optimize(assess(plan, trials, 'measure')))
    }
  })
})

await run()
