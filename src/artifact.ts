/**
 * The one message between worker and main process. It travels as a Vitest test artifact: live, and
 * it survives time-outs, cancels, a killed worker, blobs, shards and merges. A blob is JSON, so the
 * message is kept as JSON text: nothing on the way can bend a number or drop a field.
 */
import { recordArtifact } from 'vitest'
import { artifactErrors } from './errors.ts'
import type { ArmFacts, Ending, Plan } from './judge/plan.ts'
import type { Role, Trial } from './schema/generated.ts'
import { asTrial } from './schema/validate.ts'
import type { SweepPlan } from './sweep/plan.ts'

/** What a worker tells: its plan, then facts (again when more is known), trials, and its ending. */
export type Message =
  | { kind: 'plan'; plan: Plan }
  | { kind: 'facts'; facts: Record<Role, ArmFacts>; overhead?: number }
  | { kind: 'sweep'; plan: SweepPlan }
  | { kind: 'sweep_facts'; facts: Readonly<Record<string, ArmFacts>>; overhead?: number }
  | { kind: 'trial'; trial: Trial }
  | { kind: 'notice'; text: string; once?: boolean }
  | { kind: 'ending'; ending: Ending }
  | { kind: 'refused'; suite: string; file: string; message: string }

declare module 'vitest' {
  interface TestArtifactRegistry {
    'vitest-chimera': { type: 'vitest-chimera'; retry: number; text: string }
  }
}

type VitestTest = Parameters<typeof recordArtifact>[0]

/** Sends a message from the worker; resolves when the main process has it. */
export async function send(test: VitestTest, message: Message): Promise<void> {
  await recordArtifact(test, {
    type: 'vitest-chimera',
    retry: test.result?.retryCount ?? 0,
    text: JSON.stringify(message),
  })
}

/** The message in an artifact, or undefined when it is someone else's. Trials are held to their schema. */
export function receive(artifact: { type: string }): { retry: number; message: Message } | undefined {
  if (artifact.type !== 'vitest-chimera') return undefined
  const { retry, text } = artifact as { type: string; retry: number; text: string }
  let message: Message
  try {
    message = JSON.parse(text) as Message
  } catch (error) {
    throw artifactErrors.unreadable(error)
  }
  if (message.kind === 'trial') asTrial(message.trial, 'a worker')
  return { retry, message }
}

/** The messages of a test's last try: a retry starts anew, and what came before it does not count. */
export function messagesOf(artifacts: readonly { type: string }[]): Message[] {
  const received = artifacts.map(receive).filter((one) => one !== undefined)
  const last = Math.max(0, ...received.map((one) => one.retry))
  return received.filter((one) => one.retry === last).map((one) => one.message)
}
