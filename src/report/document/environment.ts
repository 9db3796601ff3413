/** Where and when a run was made, and what audits of that machine have shown. */
import { present } from '../../optional.ts'
import type { Environment, Gpu, Report, SuiteAudit } from '../../schema/generated.ts'
import { absent, bytes, span, count } from '../../text/index.ts'
import {
  code,
  columns,
  heading,
  partsOf,
  say,
  section,
  table,
  trusted,
  type Block,
  type Inline,
  prose,
} from './blocks.ts'

/** `shared` is what every arm has in common. */
export function environmentSection(
  { tool, environment: env, started_at, finished_at, status }: Report,
  shared: Inline,
): Block {
  const { git, harness_overhead_ms: overhead } = env
  const took = Date.parse(finished_at) - Date.parse(started_at)
  const branch = git?.branch === undefined ? '' : say` on ${code(git.branch)}`
  const commit =
    git &&
    say`${code(git.sha.slice(0, 12))}${branch}${trusted(git.dirty ? ', with uncommitted changes' : '')}`
  const delay =
    overhead === undefined ? absent : `${overhead.toFixed(2)} ms between a chunk's arrival and its stamp`
  const rows = present<{ name: string; value: Inline }>(
    { name: 'tool', value: `${tool.name} ${tool.version}` },
    { name: 'run', value: `${started_at}, ${span(took)}, ${status}` },
    { name: 'commit', value: commit ?? trusted(absent) },
    { name: 'runtime', value: `Node ${env.node}, Vitest ${env.vitest}${env.ci ? ', CI' : ''}` },
    { name: 'machine', value: `${env.os}; ${env.cpu}${gpuText(env)}` },
    partsOf(shared).length > 0 && { name: 'every arm', value: shared },
    { name: 'harness overhead', value: trusted(delay) },
  )
  return section(
    heading(2, trusted('Environment')),
    table(
      trusted('Environment'),
      columns('', ''),
      rows.map(({ name, value }) => [trusted(name), value]),
    ),
  )
}

/** `; 2 × NVIDIA H200 (driver 580.159.04, 150.8 GB)`, to follow the processor; empty where no GPU was seen. Not escaped. */
export function gpuText({ gpu = [] }: Environment): string {
  const kinds = Map.groupBy(gpu, gpuName)
  return [...kinds].map(([text, { length }]) => `; ${length > 1 ? `${length} × ` : ''}${text}`).join('')
}

function gpuName({ name, driver, memory }: Gpu): string {
  const facts = present(driver !== undefined && `driver ${driver}`, memory !== undefined && bytes(memory))
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`
}

/** `On this machine, report-agent sees changes of 6 % of decode and 12 % of TTFT in 40 s.` */
export function auditSentence(suite: string, audit: SuiteAudit): Inline {
  const { decode, ttft, planted, duration } = audit
  if (planted === 0) return say`For ${suite}, no change has been planted yet.`
  const found = present(
    decode !== undefined && `${percentUp(decode)} of decode`,
    ttft !== undefined && `${percentUp(ttft)} of TTFT`,
  )
  const what =
    found.length === 0
      ? 'none of the planted changes in nine of ten comparisons'
      : `changes of ${found.join(' and ')}`
  return say`On this machine, ${suite} sees ${trusted(what)} in ${trusted(span(duration))}.`
}

/** `0 of 4 false alarms, at most 53 %` */
export function alarmText(audit: SuiteAudit): string {
  return `${audit.false_alarms} of ${audit.equal} false alarms, at most ${percentUp(audit.limit)}`
}

/** The line of a report that quotes an audit. */
export function auditBlocks(suite: string, audit: SuiteAudit | undefined): Block[] {
  if (audit === undefined) return []
  const basis = `${count(audit.planted, 'planted comparison')}; ${alarmText(audit)}`
  const date = audit.at.slice(0, 10)
  return [prose(say`Audit of ${trusted(date)}: ${auditSentence(suite, audit)} (${trusted(basis)})`, 'facts')]
}

/** Whole percent, never less than was measured. */
function percentUp(fraction: number): string {
  return `${Math.ceil(Number((fraction * 100).toFixed(6)))} %`
}
