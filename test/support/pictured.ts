/** Runs with all that pictures show, judged by the real judge: streams with pauses, thinking, tools, several agents. */
import { buildReport } from '../../src/report/index.ts'
import type { Call, Report, Role, Trial } from '../../src/schema/generated.ts'
import { asReport } from '../../src/schema/validate.ts'
import { callOf, planFor, trialOf } from './trials.ts'

export interface Pictured {
  report: Report
  trials: Trial[]
}

interface Shape {
  blocks: number
  /** Calls one after the other, of each agent. */
  calls: number
  chunks?: number
  agents?: readonly string[]
  stage?: string
  /** How many times as long the candidate decodes; 1 unless it regresses. */
  slower?: (block: number) => number
  suites?: number
}

/** One suite, or several that are alike. */
export function pictured(shape: Shape): Pictured {
  const plan = planFor({ blocks: { min: 6, max: Math.max(20, shape.blocks) } })
  const names = Array.from({ length: shape.suites ?? 1 }, (_, i) => `made ${i + 1}`)
  const suites = names.map((suite) => {
    const file = `suites/${suite}.bench.ts`
    const trials = trialsOf(shape).map((trial) => ({ ...trial, suite, file }))
    const ending = { stopped: 'decided' as const, requeued: 0, warnings: [] }
    return { plan: { ...plan, suite, file }, facts: {}, trials, ending }
  })
  const report = buildReport({
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:00.000Z',
    interrupted: false,
    version: '0.0.0',
    environment: { node: '24', vitest: '5', os: 'linux', cpu: 'two cores', ci: true },
    suites,
    refusals: [],
    failOn: new Set(['regressed']),
  })
  return { report: asReport(report, 'the test'), trials: suites.flatMap(({ trials }) => trials) }
}

function trialsOf({
  blocks,
  calls,
  chunks = 30,
  agents = [''],
  stage = 'plan',
  slower = () => 1,
}: Shape): Trial[] {
  const trial = (role: Role, block: number, position: number): Trial => {
    const each = (8 + ((block * 7 + position) % 5) / 10) * (role === 'candidate' ? slower(block) : 1)
    const made = agents.flatMap((agent, lane) => {
      const own = Array.from({ length: calls }, (_, i) =>
        streamedCall(i, each * (1 + lane / 4), chunks, block),
      )
      let at = 4
      return own.map((call): Call => {
        const start = at
        at += call.duration + 3
        return {
          ...call,
          start,
          stage: agent === '' ? stage : `${agent}/${stage}`,
          ...(agent !== '' && { agent }),
        }
      })
    })
    const end = Math.max(...made.map((call) => call.start + call.duration))
    const stages = agents.flatMap((agent) =>
      agent === ''
        ? [{ name: stage, start: 2, duration: end }]
        : [
            { name: agent, start: 1, duration: end + 2 },
            { name: `${agent}/${stage}`, start: 2, duration: end },
          ],
    )
    const over = {
      duration: end + 6,
      stages,
      calls: made.map((call, index) => ({ ...call, index })),
      position,
    }
    return trialOf({ role, block, over })
  }
  return Array.from({ length: blocks }, (_, i) => i + 1).flatMap((block) => [
    trial(block % 2 === 0 ? 'candidate' : 'baseline', block, 1),
    trial(block % 2 === 0 ? 'baseline' : 'candidate', block, 2),
  ])
}

/** Thinks for a third of its chunks, pauses once in a while, and asks for a tool in every second call. */
function streamedCall(i: number, each: number, chunks: number, block: number): Call {
  const times: number[] = []
  for (let chunk = 0, at = 60; chunk < chunks; chunk++) {
    times.push(Math.round(at * 1000) / 1000)
    at +=
      each * (0.9 + ((chunk * 13 + i * 5 + block) % 20) / 100) +
      ((chunk + i + block) % 31 === 0 ? 12 * each : 0)
  }
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  return callOf({
    index: i,
    ttft: first,
    ttft_content: times[Math.floor(chunks / 3)] ?? first,
    chunks,
    chunk_times: times,
    duration: last + 2,
    e2e_latency: last,
    eval_count: chunks,
    eval_duration: last - first,
    done_reason: i % 2 === 0 ? 'tool_calls' : 'stop',
    total_duration: last + 1,
  })
}
