/** What a check says of an output: its message, or nothing. For the tests of checks. */
import type { Call } from '../../src/index.ts'
import type { CallBase } from '../../src/schema/generated.ts'
import { runCheck, type Check } from '../../src/checks/check.ts'

export async function judge(
  check: Check,
  output: unknown,
  calls: readonly Call[] = [],
): Promise<string | undefined> {
  const { message } = await runCheck(check, { output, calls, stages: [], arm: 'candidate' })
  return message
}

/** A valid call of a trial, with what matters to a test. */
export function recordedCall(facts: Partial<CallBase>): Call {
  return {
    index: 0,
    stage: null,
    endpoint: 'generate',
    streamed: true,
    cold: false,
    start: 0,
    duration: 1000,
    chunks: 20,
    options: {},
    ...facts,
    valid: true,
  }
}
