/** One arm's config, requested beside effective, and its samples. */
import type { ArmReport } from '../schema/generated.ts'
import { configRows } from './config.ts'
import { code, toMd, type Md } from './escape.ts'
import { absent, quantity } from './format.ts'
import { own, table } from './markdown-table.ts'
import { validity } from './pairings.ts'

/** Every option and every fact known of the arm. */
export function configuration(arm: ArmReport): string {
  const { requested, effective } = configRows(arm)
  const names = [...new Set([...requested, ...effective].map(([name]) => name))]
  const cell = (rows: typeof requested, name: string): Md =>
    toMd`${rows.find(([key]) => key === name)?.[1] ?? absent}`
  const { kind, version } = arm.server
  return table(
    ['', 'requested', 'effective'],
    [
      ['model', toMd`${code(arm.model)}`, own('')],
      ['server', toMd`${code(arm.host)}`, toMd`${kind}${version === undefined ? '' : ` ${version}`}`],
      ...names.map((name) => [toMd`${name}`, cell(requested, name), cell(effective, name)]),
    ],
  )
}

/** Samples are of complete, valid blocks; cold calls have metrics of their own and are never mixed in. */
export function aggregates(arm: ArmReport): string[] {
  const { trials, valid, reasons } = validity(arm)
  const invalid = reasons.map(([reason, n]) => toMd`${reason} ${n}`.text).join(', ')
  const rows = [
    ...Object.entries(arm.samples).map((entry) => ['whole trial', ...entry] as const),
    ...arm.stages.flatMap(({ name, samples }) =>
      Object.entries(samples).map((entry) => [name, ...entry] as const),
    ),
  ].map(([stage, metric, s]) => {
    const value = (x: number | undefined): Md => toMd`${quantity(x, s.unit, s.max)}`
    const spread = s.cv === undefined ? absent : `${(s.cv * 100).toFixed(1)} %`
    return [
      toMd`${stage}`,
      toMd`${metric}`,
      own(String(s.n)),
      ...[s.median, s.mean, s.sd].map(value),
      own(spread),
      ...[s.p90, s.p95, s.p99, s.min, s.max].map(value),
    ]
  })
  const headings = [
    '',
    'metric',
    '>n',
    '>median',
    '>mean',
    '>sd',
    '>CV',
    '>p90',
    '>p95',
    '>p99',
    '>min',
    '>max',
  ]
  const temperatures = [
    {
      title: 'Trials of complete, valid blocks; TTFT of their warm calls:',
      rows: rows.filter((row) => !row[1]!.text.endsWith('_cold')),
    },
    { title: 'Calls that loaded the model:', rows: rows.filter((row) => row[1]!.text.endsWith('_cold')) },
  ]
  return [
    `${trials} trials started, ${valid} valid${invalid === '' ? '' : `; invalid and in no figure below: ${invalid}`}.`,
    ...temperatures
      .filter((group) => group.rows.length > 0)
      .flatMap(({ title, rows: some }) => [title, table(headings, some)]),
  ]
}
