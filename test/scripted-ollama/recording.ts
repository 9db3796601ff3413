import { createRecorder, type Recorder, type RecorderOptions } from '../../src/llm/index.ts'

/** A recorder for a server's model `tiny`, its limits wide unless told. */
export function recording(host: string, options: Partial<RecorderOptions> = {}): Recorder {
  return createRecorder({
    arm: { name: 'baseline', model: 'tiny' },
    host,
    seed: 7,
    nonce: '[n0nce]',
    timeout: 5000,
    bound: {},
    signal: new AbortController().signal,
    isCold: (load) => load > 500,
    origin: performance.now(),
    ...options,
  })
}
