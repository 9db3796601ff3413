/** "As published": what an import adds to the documents of its report, and what it ends with on the terminal. */
import { columns, heading, prose, reportsLine, say, strong, table, trusted } from '../report/index.ts'
import type { Block, Extras, Inline, Row, Table } from '../report/index.ts'
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
  const hasArms = rows.some(({ arm }) => arm !== undefined)
  return [
    heading(3, trusted('As published')),
    prose(trusted(publishedNote)),
    publishedTable(rows),
    ...(hasArms ? [prose(trusted(oursNote), 'legend')] : []),
  ]
}

function publishedTable(rows: readonly PublishedRow[]): Table {
  const groups = [...Map.groupBy(rows, ({ arm }) => arm ?? 'pair')]
  return {
    ...table(trusted('As published'), columns('figure', 'as published', 'ours', 'why they differ'), []),
    rows: groups.flatMap(([arm, some]): Row[] => [
      { cells: [arm], group: true },
      ...some.map(({ figure, published: text, ours, why }) => ({
        cells: [trusted(figure), trusted(text), ours, trusted(why)],
      })),
    ]),
  }
}

/** Of every file the figures that lead, as they were published and ours. */
export function importDocument({ suites }: Report, trials: readonly Trial[], outputDir: string): Block[] {
  return [
    ...suites.map((suite): Block => {
      const own = trials.filter((trial) => trial.suite === suite.name && trial.file === suite.file)
      const rows = rowsOf(suite, own)
        .filter(({ leads }) => leads)
        .map(({ arm = 'pair', figure, published: text, ours }): Inline[] => [
          arm,
          trusted(figure),
          trusted(text),
          ours,
        ])
      const title = say`${strong(suite.name)}  ${strong(suite.file, 'dim')}`
      const blocks = [table(title, columns('', '', 'as published', 'ours'), rows)]
      return { kind: 'section', blocks: [{ kind: 'heading', level: 2, text: title }, ...blocks] }
    }),
    { kind: 'section', blocks: [prose(say`${suites.length} imported.`), ...reportsLine(outputDir)] },
  ]
}
