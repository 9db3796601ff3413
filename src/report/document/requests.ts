/** What head asks of the model that base did not: in one sentence, with a line diff of the longer texts below it. */
import type { CallCount, ChangedRequest, RequestChange, SuiteReport } from '../../schema/generated.ts'
import { count } from '../../text/index.ts'
import { amount, stageName } from './attribution.ts'
import { code, joined, prose, say, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'

/** Most changes of values in the sentence. */
const MOST_NAMED = 8

/** Nothing where no request differs. With `most`, that many lines of diffs in all, and only those that changed. */
export function requestBlocks({ requests }: SuiteReport, most?: number): Block[] {
  if (requests === undefined) return []
  const { calls, counts } = requests
  if (calls.length === 0)
    return [prose(say`${joined(counts.map(moreCalls), ', ')}; the requests of all other calls are the same.`)]
  const diffs = calls.map(({ changes }) =>
    diffLines(changes).filter((line) => most === undefined || /^[-+@]/.test(line)),
  )
  const share =
    most === undefined ? Infinity : Math.floor(most / diffs.filter((lines) => lines.length > 0).length)
  return calls.flatMap((call, i) => [prose(callSentence(call, i === 0)), ...diffBlock(diffs[i] ?? [], share)])
}

function diffBlock(lines: readonly string[], most: number): Block[] {
  if (lines.length === 0) return []
  const rest = lines.length - most
  const shown = rest > 0 ? [...lines.slice(0, most), `… ${count(rest, 'more line')}`] : lines
  return [{ kind: 'code', language: 'diff', text: shown.join('\n') }]
}

/** `Call 2 (report stage) of head is the first whose request differs: num_ctx 1024 → 2048, prompt +1 −0 lines.` */
function callSentence({ index, stage, changes, omitted = 0 }: ChangedRequest, isFirst: boolean): Inline {
  const where = stage === null ? undefined : say` (${stageName(stage)})`
  const named = changes.slice(0, MOST_NAMED).map(clause)
  const rest = changes.length - named.length + omitted
  const more = rest > 0 ? trusted(`, and ${count(rest, 'more change')}`) : undefined
  const how = trusted(isFirst ? 'is the first whose request differs' : 'also differs')
  return say`Call ${index}${where} of head ${how}: ${joined(named, ', ')}${more}.`
}

function clause(change: RequestChange): Inline {
  const [, group, own] = /^(options|tools)\.(.*)$/s.exec(change.field) ?? []
  const name =
    own === undefined
      ? code(change.field)
      : say`${group === 'tools' ? trusted('tool ') : undefined}${code(own)}`
  if (change.kind === 'text') return say`${name} +${change.added} −${change.removed} lines`
  const { before, after } = change
  if (before === undefined) return say`${name} added: ${quoted(after ?? '')}`
  if (after === undefined) return say`${name} removed: ${quoted(before)}`
  return say`${name} ${quoted(before)} → ${quoted(after)}`
}

/** An empty text has no code. */
function quoted(text: string): Inline {
  return text.trim() === '' ? trusted('empty') : code(text)
}

function diffLines(changes: readonly RequestChange[]): string[] {
  return changes.flatMap((change) =>
    change.kind === 'value' ? [] : [`@@ ${change.field} @@`, ...change.lines],
  )
}

function moreCalls({ stage, baseline, candidate }: CallCount): Inline {
  return say`${stageName(stage)} makes ${trusted(amount(candidate - baseline, 'call'))}`
}
