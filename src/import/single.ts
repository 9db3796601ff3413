/** Files of a single agent: `baseline` and `chimera`, each run several times, the baseline's runs first. */
import { importErrors } from './messages.ts'
import { hasCalls, readAgent, readCalls, readWorkflow } from './agent.ts'
import type { Field } from './fields.ts'
import type { RecordedAgent, RecordedRun, Recording } from './recorded.ts'

export function isSingle(root: Field): boolean {
  return hasCalls(root.at('baseline')) && hasCalls(root.at('chimera'))
}

export function readSingle(root: Field): Recording {
  const agent = (name: string, role: 'baseline' | 'candidate'): RecordedAgent => {
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
        .map((run) => ({
          number: run.at('run_number').number(),
          calls: readCalls(run),
          ...readWorkflow(run),
        }))
    : readCalls(result).map((call, i) => ({ number: i + 1, calls: [call], stages: [], output: {} }))
  if (runs.every((run) => run.calls.length === 0))
    throw importErrors.field(`${result.path}.llm_calls`, 'at least one call', [])
  return runs
}
