/** "As published": what an import adds to the documents of its report, and what it ends with on the terminal. */
import { present } from '../optional.ts'
import { columns, heading, prose, remark, reportsLine, say, section, strong, table } from '../report/index.ts'
import { trialsOf, trusted, type Block, type Extras, type Row } from '../report/index.ts'
import type { Report, SuiteReport, Trial } from '../schema/generated.ts'
import { armRows, oursNote, pairRows, publishedNote, type PublishedRow } from './published.ts'

/** A section in a suite, and in an arm's part of its page. */
export const published: Extras = {
  suite: (suite, trials) => publishedBlocks(rowsOf(suite, trials)),
  arm: (suite, arm, trials) => publishedBlocks([...armRows(arm, suite, trials), ...pairRows(suite)]),
}

function rowsOf(suite: SuiteReport, trials: readonly Trial[]): PublishedRow[] {
  return [...suite.arms.flatMap((arm) => armRows(arm, suite, trials)), ...pairRows(suite)]
}

function publishedBlocks(rows: readonly PublishedRow[]): Block[] {
  if (rows.length === 0) return []
  const groups = [...Map.groupBy(rows, ({ arm }) => arm ?? 'pair')]
  const grouped = groups.flatMap(([arm, some]): Row[] => [
    { cells: [arm], group: true },
    ...some.map(({ figure, published: text, ours, why }) => ({
      cells: [trusted(figure), trusted(text), ours, trusted(why)],
    })),
  ])
  const heads = columns('figure', 'as published', 'ours', 'why they differ')
  return present(
    heading(3, trusted('As published')),
    remark(publishedNote),
    { ...table(trusted('As published'), heads, []), rows: grouped },
    rows.some(({ arm }) => arm !== undefined) && remark(oursNote, 'legend'),
  )
}

/** Of every file the figures that lead, as they were published and ours. */
export function importDocument({ suites }: Report, trials: readonly Trial[], outputDir: string): Block[] {
  return [
    ...suites.map((suite): Block => {
      const rows = rowsOf(suite, trialsOf(suite, trials))
        .filter(({ leads }) => leads)
        .map(({ arm = 'pair', figure, published: text, ours }) => [arm, trusted(figure), trusted(text), ours])
      const title = say`${strong(suite.name)}  ${strong(suite.file, 'dim')}`
      return section(heading(2, title), table(title, columns('', '', 'as published', 'ours'), rows))
    }),
    section(prose(say`${suites.length} imported.`), ...reportsLine(outputDir)),
  ]
}
