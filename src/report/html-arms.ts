/** The arms of a suite side by side: how many trials were valid, what each asked for, what the server did. */
import type { SuiteReport } from '../schema/generated.ts'
import { configRows, type Row } from './config.ts'
import { toHtml, type Html } from './escape.ts'
import { absent, quantity } from './format.ts'
import { marks, typeset } from './html-prose.ts'
import type { Notes } from './notes.ts'
import { validity } from './pairings.ts'

/** Requested beside effective, a column an arm, rows that differ between the arms marked. */
export function armsTable(suite: SuiteReport, notes: Notes): Html {
  const arms = suite.arms.map((arm) => ({ arm, ...configRows(arm), ...validity(arm) }))
  const names = (key: 'requested' | 'effective'): string[] => [
    ...new Set(arms.flatMap((one) => one[key].map(([name]) => name))),
  ]
  const group = (
    title: string,
    missing: string,
    rows: readonly (readonly [string, readonly (string | undefined)[]])[],
  ): Html =>
    rows.length === 0
      ? toHtml``
      : toHtml`<tbody><tr class="group"><th scope="rowgroup" colspan="${arms.length + 1}">${title}</th></tr>${rows.map(
          ([name, values]) =>
            toHtml`<tr${title !== 'trials' && new Set(values).size > 1 ? toHtml` class="differs"` : undefined}><th scope="row">${name}</th>${values.map((value) => toHtml`<td>${value === undefined ? missing : typeset(value)}</td>`)}</tr>`,
        )}</tbody>`
  return toHtml`<h3>Arms</h3><div class="scroll" tabindex="0" role="region" aria-label="Arms of ${suite.name}"><table class="arms"><caption>What each arm asked for, and what the server did</caption>
<thead><tr><td></td>${arms.map(({ arm }) => toHtml`<th scope="col">${arm.name}${marks(notes.at(suite, { arm: arm.name }))}<small>${arm.role}</small></th>`)}</tr></thead>
${group('trials', absent, [
  [
    'valid',
    arms.map(
      ({ valid, trials }) =>
        `${valid} of ${trials}${trials > 0 ? ` (${quantity(valid / trials, 'fraction')})` : ''}`,
    ),
  ],
  ...(arms.some(({ reasons }) => reasons.length > 0)
    ? ([
        [
          'invalid',
          arms.map(({ reasons }) => reasons.map(([reason, n]) => `${reason} ${n}`).join(', ') || 'none'),
        ],
      ] as const)
    : []),
])}
${group('requested', 'default', [
  ['model', arms.map(({ arm }) => arm.model)],
  ...names('requested').map((name) => [name, arms.map(({ requested }) => valueOf(requested, name))] as const),
])}
${group('effective', absent, [
  [
    'server',
    arms.map(
      ({ arm }) =>
        `${arm.server.kind}${arm.server.version === undefined ? '' : ` ${arm.server.version}`} at ${arm.host}`,
    ),
  ],
  ...names('effective').map((name) => [name, arms.map(({ effective }) => valueOf(effective, name))] as const),
])}</table></div>`
}

function valueOf(rows: readonly Row[], name: string): string | undefined {
  return rows.find(([key]) => key === name)?.[1]
}
