import { createRecorder, type Recorder, type RecorderOptions } from '../../src/call/index.ts'
import type { Call } from '../../src/schema/generated.ts'

/** A recorder whose calls are whole records: cold by what the scripted server's loads take. */
type Recording = Omit<Recorder, 'finish'> & { finish: () => Promise<Call[]> }

/** A recorder for a server's model `tiny`, its limits wide unless told. */
export function recording(host: string, options: Partial<RecorderOptions> = {}): Recording {
  const recorder = createRecorder({
    arm: { name: 'baseline', model: 'tiny' },
    host,
    seed: 7,
    nonce: '[n0nce]',
    timeout: 5000,
    bound: {},
    signal: new AbortController().signal,
    origin: performance.now(),
    ...options,
  })
  const finish = async (): Promise<Call[]> =>
    (await recorder.finish()).map(({ call }) => ({ ...call, cold: (call.load_duration ?? 0) > 500 }))
  return { ...recorder, finish }
}
