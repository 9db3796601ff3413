/**
 * report.html: one self-contained file, the thing people look at. No script, no request, no inline style: the policy in
 * its head allows the one style block by its hash and nothing else, so that hostile text could do nothing even if it
 * got past the escaping.
 */
import { createHash } from 'node:crypto'
import type { GateFailure, Report, Trial } from '../schema/generated.ts'
import { gpuText } from './gpus.ts'
import { agentPaths } from './agent-page.ts'
import { toHtml, Html } from './escape.ts'
import { count, span } from './format.ts'
import { embeddedNote, headline, type Headline } from './headline.ts'
import { comparisonTable } from './html-comparisons.ts'
import { prose } from './html-prose.ts'
import { style } from './html-style.ts'
import { suiteSection } from './html-suite.ts'
import { collectNotes, type Notes } from './notes.ts'
import { pairings } from './pairings.ts'

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`

/** Characters of model output on the page, shared by all arms, so that the file stays small enough to open. */
const outputBudget = 1_500_000

/** The report as one HTML page. */
export function reportHtml(report: Report, trials: readonly Trial[]): string {
  const notes = collectNotes(report)
  const arms = report.suites.reduce((sum, suite) => sum + suite.arms.length, 0)
  const context = {
    notes,
    trials,
    agentPath: agentPaths(report),
    longestOutput: Math.max(500, Math.min(20_000, Math.floor(outputBudget / Math.max(1, arms)))),
  }
  const head = headline(report)
  return toHtml`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${head.title} · ${report.tool.name}</title>
<style>${new Html(style)}</style>
</head>
<body>
${masthead(report, head, trials)}
<main>
${overview(report)}
${report.suites.map((suite, i) => suiteSection(suite, `suite-${i + 1}`, context))}
${notesSection(notes)}
${environment(report)}
</main>
</body>
</html>
`.text
}

function masthead(
  report: Report,
  { word, answer, caveat, reason, mayMerge }: Headline,
  trials: readonly Trial[],
): Html {
  const { started_at, finished_at, environment: env, gate } = report
  const engine = embeddedNote(report)
  const facts = [
    started_at.slice(0, 16).replace('T', ' ') + ' UTC',
    span(Date.parse(finished_at) - Date.parse(started_at)),
    count(report.suites.length, 'suite'),
    trials.length > 0 ? count(trials.length, 'trial') : undefined,
    env.git === undefined
      ? undefined
      : `${env.git.sha.slice(0, 9)}${env.git.branch === undefined ? '' : ` on ${env.git.branch}`}`,
  ].filter((fact) => fact !== undefined)
  return toHtml`<header class="${mayMerge ? 'pass' : 'fail'} is-${word.toLowerCase()}">
<p class="facts"><b>${report.tool.name}</b>${facts.map((fact) => toHtml`<span>${fact}</span>`)}</p>
<h1>${word}<small>${caveat ?? answer}</small></h1>
<p class="lede">${reason}</p>
${gate.failures.length > 0 ? toHtml`<ul class="failures">${gate.failures.map(failure)}</ul>` : undefined}
${gate.notices.length > 0 ? toHtml`<ul class="notices">${gate.notices.map((notice) => toHtml`<li>${prose(notice)}</li>`)}</ul>` : undefined}
${engine === undefined ? undefined : toHtml`<p class="engine">${engine}</p>`}
</header>`
}

function failure({ suite, message }: GateFailure): Html {
  return toHtml`<li>${message.startsWith(suite) ? undefined : toHtml`<b>${suite}</b> `}${prose(message)}</li>`
}

/** With several suites, what decides the gate in one table. */
function overview(report: Report): Html | undefined {
  const groups = report.suites.flatMap((suite, i) =>
    pairings(suite).map(({ baseline, candidate, comparisons }) => ({
      title: toHtml`<a href="#suite-${i + 1}">${suite.name} · ${candidate}</a> against ${baseline}`,
      rows: comparisons.filter((comparison) => comparison.gated).map((comparison) => ({ comparison })),
    })),
  )
  if (report.suites.length < 2 || groups.every(({ rows }) => rows.length === 0)) return undefined
  return toHtml`<section class="overview"><h2>What decides the gate</h2>${comparisonTable('Gated comparisons of every suite', groups)}</section>`
}

function notesSection({ all }: Notes): Html | undefined {
  if (all.length === 0) return undefined
  return toHtml`<section class="notes"><h2>Notes</h2><ol>${all.map(
    ({ number, code, message, where }) =>
      toHtml`<li id="note-${number}"><code>${code}</code> ${prose(message)} <span class="where">${where.map((path) => path.join(' · ')).join('; ')}</span></li>`,
  )}</ol></section>`
}

function environment({ tool, started_at, finished_at, status, environment: env }: Report): Html {
  const { git, harness_overhead_ms: overhead } = env
  const rows = [
    ['tool', `${tool.name} ${tool.version}`],
    ['run', `${started_at} to ${finished_at}, ${status}`],
    [
      'commit',
      git === undefined
        ? undefined
        : `${git.sha}${git.branch === undefined ? '' : ` on ${git.branch}`}${git.dirty ? ', with uncommitted changes' : ''}`,
    ],
    ['runtime', `Node ${env.node}, Vitest ${env.vitest}${env.ci ? ', CI' : ''}`],
    ['machine', `${env.os}; ${env.cpu}${gpuText(env)}`],
    [
      'harness overhead',
      overhead === undefined
        ? undefined
        : `${overhead.toFixed(2)} ms between a chunk's arrival and its stamp`,
    ],
  ] as const
  return toHtml`<section><h2>Environment</h2><dl>${rows.map(([name, value]) => toHtml`<div><dt>${name}</dt><dd>${value ?? '–'}</dd></div>`)}</dl></section>`
}
