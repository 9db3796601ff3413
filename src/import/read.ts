/** From the text of a file to what it recorded: which of the older shapes it is, and its reader. */
import { importErrors } from './messages.ts'
import { isRun, isSummary, readRun, readSummary } from './concurrent.ts'
import { Field } from './fields.ts'
import type { Recording } from './recorded.ts'
import { isSingle, readSingle } from './single.ts'

/** @throws ChimeraError that says why the file is none of the older ones, or where it is incomplete */
export function readRecording(text: string): Recording {
  const root = new Field(parse(text))
  if (isSingle(root)) return readSingle(root)
  if (isRun(root)) return readRun(root)
  if (isSummary(root)) return readSummary(root)
  throw keptNoCalls(root) ? importErrors.noCalls() : importErrors.unknownShape(membersOf(root))
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

function membersOf(root: Field): readonly string[] {
  return root.isObject() ? Object.keys(root.object()) : []
}
