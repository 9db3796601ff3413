import {
  agentArm,
  createRecorder,
  type Arm,
  type MadeCall,
  type Recorder,
  type RecorderOptions,
} from '../call/index.ts'
import type { StageTime } from '../schema/generated.ts'
import type { AgentContext } from './agent.ts'
import { frozenCopy } from './arms.ts'
import { trialErrors } from './messages.ts'

/** What one trial's agent works with, and what became of it. */
export interface Recording {
  context: AgentContext
  /** Runs the agent's work, in which calls through the process's own `fetch` are measured too. */
  inside: <T>(work: () => T) => T
  /** The stage in which work goes on, if there is only one. */
  openStage: () => string | undefined
  /** When the last call of any agent ended, performance.now(); now while one is open. */
  idleSince: () => number
  /** Ends every call; the calls of all agents in the order in which they began. */
  finish: () => Promise<{ made: MadeCall[]; stages: StageTime[] }>
}

/** Where an agent's calls go: its host, and the context length it has there. */
export type PlaceOf = (agent: string | undefined) => Pick<RecorderOptions, 'host' | 'effectiveContext'>

/**
 * Opens the measured client of an arm, and of each of its agents as they appear.
 *
 * @param onName told when an agent reads the name of its arm
 */
export function openRecording(
  options: Omit<RecorderOptions, 'host' | 'effectiveContext'>,
  placeOf: PlaceOf,
  onName: () => void = () => {},
): Recording {
  const recorders: Recorder[] = []
  let isOver = false

  function open(arm: Arm, agent: string | undefined): Recorder {
    const recorder = createRecorder({ ...options, ...placeOf(agent), arm })
    // What an agent that was left behind still starts must not reach the server.
    if (isOver) void recorder.finish()
    else recorders.push(recorder)
    return recorder
  }

  async function runAs<T>(name: string, work: (context: AgentContext) => T | Promise<T>): Promise<T> {
    checkName('agent', name)
    const arm = frozenCopy(agentArm(options.arm, name))
    const recorder = open(arm, name)
    // The agent's whole work is a stage with its name, and its stages are kept separate from another agent's.
    const context = contextOf(recorder, arm, (stage, part) => recorder.stage(`${name}/${stage}`, part))
    return recorder.stage(name, () => recorder.asAgent(name, () => work(context)))
  }

  function contextOf(recorder: Recorder, arm: Arm, stage: AgentContext['stage']): AgentContext {
    return {
      generate: recorder.generate,
      chat: recorder.chat,
      ollama: recorder.ollama,
      fetch: recorder.fetch,
      host: recorder.host,
      get env() {
        return recorder.variables()
      },
      model: arm.model,
      options: arm.options ?? frozenCopy({}),
      arm: Object.freeze({
        ...arm,
        get name() {
          onName()
          return arm.name
        },
      }),
      stage: async (name, work) => {
        checkName('stage', name)
        return stage(name, work)
      },
      as: runAs,
      signal: options.signal,
    }
  }

  const own = open(options.arm, undefined)
  return {
    context: contextOf(own, options.arm, own.stage),
    inside: own.inside,
    openStage: () => {
      const [stage, ...more] = new Set(recorders.flatMap((recorder) => recorder.openStage() ?? []))
      return more.length === 0 ? stage : undefined
    },
    idleSince: () => Math.max(...recorders.map((recorder) => recorder.idleSince())),
    async finish() {
      isOver = true
      const made = (await Promise.all(recorders.map((recorder) => recorder.finish()))).flat()
      const stages = recorders.flatMap((recorder) => recorder.stages())
      return {
        made: made
          .toSorted((a, b) => a.call.start - b.call.start)
          .map((one, index) => ({ ...one, call: { ...one.call, index } })),
        stages: stages.toSorted((a, b) => a.start - b.start),
      }
    },
  }
}

function checkName(what: 'stage' | 'agent', name: unknown): void {
  if (typeof name !== 'string' || name.trim() === '') throw trialErrors.badName(what, name)
}
