/** From the text of a file to what it recorded: which of the older shapes it is, and its reader. */
import { objectOf } from '../json.ts'
import type { Role } from '../schema/generated.ts'
import {
  hasCalls,
  readAgent,
  readCalls,
  readWorkflow,
  type RecordedAgent,
  type RecordedRun,
  type Recording,
} from './recorded.ts'
import { Field } from './fields.ts'
import { importErrors } from './messages.ts'

/** @throws ChimeraError that says why the file is none of the older ones, or where it is incomplete */
export function readRecording(text: string): Recording {
  const root = new Field(parse(text))
  if (isSingle(root)) return readSingle(root)
  if (isRun(root)) return readRun(root)
  if (isSummary(root)) return readSummary(root)
  throw keptNoCalls(root)
    ? importErrors.noCalls()
    : importErrors.unknownShape(Object.keys(objectOf(root.value)))
}

function parse(text: string): unknown {
  try {
    // Editors on Windows, where the older system ran, like to put a byte order mark in front.
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw importErrors.notJson(error)
  }
}

/** The Python variant and the first prototype wrote means of calls and dropped the calls. */
function keptNoCalls(root: Field): boolean {
  const first = Array.isArray(root.value) ? new Field(root.value[0]) : root
  return (
    first.has('baseline_results') ||
    first.at('baseline').has('aggregate_metrics') ||
    first.at('collector').has('aggregate_metrics') ||
    first.has('collector_ollama_url') ||
    first.has('chimera_overrides')
  )
}

/** A single agent: `baseline` and `chimera`, each run several times, the baseline's runs first. */
function isSingle(root: Field): boolean {
  return hasCalls(root.at('baseline')) && hasCalls(root.at('chimera'))
}

function readSingle(root: Field): Recording {
  const agent = (name: string, role: Role): RecordedAgent => {
    const result = root.at(name)
    return readAgent(result, name, role, readRuns(result))
  }
  return {
    pair: {
      shape: 'single',
      ...(root.has('language') && { language: root.at('language').text() }),
      recorded_at: root.at('timestamp').time(),
    },
    agents: [agent('baseline', 'baseline'), agent('chimera', 'candidate')],
  }
}

/** Later builds kept whole runs; before, a list of calls, each of which was a separate run. */
function readRuns(result: Field): RecordedRun[] {
  const runs = result.has('workflow_runs')
    ? result
        .at('workflow_runs')
        .list()
        .map((run) => ({ calls: readCalls(run), ...readWorkflow(run) }))
    : readCalls(result).map((call) => ({ calls: [call], stages: [], output: {} }))
  if (runs.every((run) => run.calls.length === 0))
    throw importErrors.field(`${result.path}.llm_calls`, 'at least one call', [])
  return runs
}

/** Two agents at once: one run with its calls. */
function isRun(root: Field): boolean {
  return hasCalls(root.at('collector').at('result')) && hasCalls(root.at('insight').at('result'))
}

function readRun(root: Field): Recording {
  const summary = root.at('summary')
  const [collector, insight] = [
    readSide(root, 'collector', 'baseline'),
    readSide(root, 'insight', 'candidate'),
  ]
  return {
    pair: {
      shape: 'concurrent',
      scenario: root.at('scenario').text(),
      run_number: root.at('run_number').number(),
      recorded_at: collector.endedAt > insight.endedAt ? collector.endedAt : insight.endedAt,
      concurrency_speedup: summary.at('concurrency_speedup').number(),
      efficiency_percent: summary.at('efficiency_percent').number(),
      concurrent_wall_time_s: summary.at('concurrent_wall_time_s').amount(),
      sequential_estimated_s: summary.at('sequential_estimated_s').amount(),
      resource_contention_detected: summary.at('resource_contention_detected').value === true,
    },
    agents: [collector, insight],
  }
}

function readSide(root: Field, name: string, role: Role): RecordedAgent {
  const side = root.at(name)
  const result = side.at('result')
  const seconds = side.at('execution_time_s').amount()
  const run = { calls: readCalls(result), ...readWorkflow(result), duration: 1000 * seconds }
  const agent = readAgent(result, name, role, [run])
  return {
    ...agent,
    host: side.at('config').at('base_url').text(),
    published: { ...agent.published, execution_time_s: seconds },
  }
}

/** The summary of several runs, which kept no calls. */
function isSummary(root: Field): boolean {
  return root.has('agent_a') && root.has('agent_b') && root.has('aggregate') && root.has('runs')
}

function readSummary(root: Field): Recording {
  const aggregate = root.at('aggregate')
  const endedAt = root.at('generated_at').time()
  const agent = (key: string, name: string, role: Role): RecordedAgent => {
    const config = root.at(key)
    return {
      name,
      role,
      label: config.at('label').text(),
      model: config.at('model').text(),
      host: config.at('base_url').text(),
      options: config.at('options').object(),
      endedAt,
      runs: [],
      published: {},
    }
  }
  return {
    pair: {
      shape: 'summary',
      scenario: root.at('scenario').text(),
      recorded_at: endedAt,
      average_concurrency_speedup: aggregate.at('average_concurrency_speedup').number(),
      average_efficiency: aggregate.at('average_efficiency').number(),
      average_throughput_delta: aggregate.at('average_throughput_delta').number(),
      average_ttft_delta_ms: aggregate.at('average_ttft_delta_ms').number(),
      runs: root.at('runs').list().map(plain),
    },
    agents: [agent('agent_a', 'collector', 'baseline'), agent('agent_b', 'insight', 'candidate')],
  }
}

function plain(run: Field): Record<string, number | string | boolean> {
  const entries = Object.entries(run.object())
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number | string | boolean] =>
      ['number', 'string', 'boolean'].includes(typeof entry[1]),
    ),
  )
}
