/**
 * report.md, also the step summary of a pull request. Its first screen answers "may this merge?": the gate in one
 * word, what failed with its cure, one line a suite. The evidence follows, a section a suite.
 */
import type { GateFailure, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { gpuText } from './gpus.ts'
import { code, toMd, type Md } from './escape.ts'
import { label, span } from './format.ts'
import { embeddedNote, headline } from './headline.ts'
import { suiteSection } from './markdown-suite.ts'
import { own, table } from './markdown-table.ts'
import { collectNotes, type Notes } from './notes.ts'
import { finding, pairings, validity, type Pairing } from './pairings.ts'
import { sweepSummary } from './sweep.ts'

/** The report as GitHub Markdown. With `trials` it also quotes the first message of every kind of invalid trial. */
export function reportMarkdown(report: Report, trials: readonly Trial[] = []): string {
  const notes = collectNotes(report)
  return [
    ...summary(report),
    ...report.suites.flatMap((suite) => suiteSection(suite, trials, notes)),
    ...notesSection(notes),
    ...environment(report),
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n')
}

function summary(report: Report): string[] {
  const { mayMerge, word, title, caveat, reason } = headline(report)
  const engine = embeddedNote(report)
  return [
    `# ${mayMerge ? (word === 'Passed' && caveat === undefined ? '✅' : '⚠️') : '❌'} ${title}`,
    reason,
    titled('Failed', report.gate.failures.map(failure)),
    engine === undefined ? '' : `> ${toMd`${engine}`.text}`,
    titled('Suites', report.suites.flatMap(suiteLines)),
    titled(
      'Notices',
      report.gate.notices.map((notice) => toMd`${notice}`),
    ),
  ]
}

function failure({ suite, message }: GateFailure): Md {
  return toMd`${message.startsWith(suite) ? '' : toMd`${suite}: `}${message}`
}

function suiteLines(suite: SuiteReport): Md[] {
  if (suite.sweep !== undefined) return [sweepSummary(suite, suite.sweep)]
  return pairings(suite).map((pairing) => {
    const title = toMd`${suite.name} · ${pairing.candidate} vs ${pairing.baseline}`
    return toMd`${title}: ${own([...decisive(pairing), ...validRates(suite, pairing)].map((part) => part.text).join(' · '))}`
  })
}

function decisive({ comparisons }: Pairing): Md[] {
  const gated = comparisons.filter((comparison) => comparison.gated && comparison.metric !== 'valid_rate')
  return gated.length === 0
    ? [toMd`no gated metric was compared`]
    : gated.map((comparison) => toMd`${label(comparison)} ${own(finding(comparison))}`)
}

/** Speed means nothing without validity, so the two stand side by side. */
function validRates(suite: SuiteReport, { baseline, candidate, comparisons }: Pairing): Md[] {
  const arms = [candidate, baseline].map((name) => suite.arms.find((arm) => arm.name === name))
  const counts = arms.map((arm) =>
    arm === undefined ? '–' : `${validity(arm).valid}/${validity(arm).trials}`,
  )
  const compared = comparisons.find((comparison) => comparison.metric === 'valid_rate')
  const word = compared === undefined || compared.verdict === 'unchanged' ? '' : ` ${compared.verdict}`
  return [own(`valid ${counts.join(' vs ')}${word}`)]
}

function notesSection({ all }: Notes): string[] {
  if (all.length === 0) return []
  const lines = all.map(({ number, code: name, message, where }) => {
    const places = where.map((path) => path.map((part) => toMd`${part}`.text).join(' · ')).join('; ')
    return `${number}. ${code(name).text} ${toMd`${message}`.text} (${places})`
  })
  return ['## Notes', lines.join('\n')]
}

function environment({ tool, environment: env, started_at, finished_at, status }: Report): string[] {
  const { git, harness_overhead_ms: overhead } = env
  const took = Date.parse(finished_at) - Date.parse(started_at)
  const rows: [string, Md][] = [
    ['tool', toMd`${tool.name} ${tool.version}`],
    ['run', toMd`${started_at}, ${span(took)}, ${status}`],
    [
      'commit',
      git === undefined
        ? own('–')
        : toMd`${code(git.sha.slice(0, 12))}${git.branch === undefined ? '' : toMd` on ${code(git.branch)}`}${git.dirty ? ', with uncommitted changes' : ''}`,
    ],
    ['runtime', toMd`Node ${env.node}, Vitest ${env.vitest}${env.ci ? ', CI' : ''}`],
    ['machine', toMd`${env.os}; ${env.cpu}${gpuText(env)}`],
    [
      'harness overhead',
      own(overhead === undefined ? '–' : `${overhead.toFixed(2)} ms between a chunk's arrival and its stamp`),
    ],
  ]
  return [
    '## Environment',
    table(
      ['', ''],
      rows.map(([name, value]) => [name, value]),
    ),
  ]
}

function titled(title: string, items: readonly Md[]): string {
  return items.length === 0 ? '' : `**${title}**\n\n${items.map((item) => `- ${item.text}`).join('\n')}`
}
