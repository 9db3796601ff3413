/** What working at once gained an arm's agents, by what was measured: speedup is against each of them alone. */
import type { Concurrency, Estimate, SuiteReport } from '../../schema/generated.ts'
import { factor } from '../../text/index.ts'
import {
  columns,
  heading,
  measured,
  say,
  strong,
  table,
  trusted,
  type Block,
  type Column,
  type Inline,
} from './blocks.ts'

/** What a verdict means, for the legend. */
export const CONCURRENCY_MEANING: Readonly<Record<Concurrency['verdict'], string>> = {
  parallel: 'no agent slows beyond the threshold',
  contended: 'the agents slow each other down',
  serialized: 'the agents take as long as one after the other',
  inconclusive: 'too few blocks or too much noise for a verdict',
}

/** A row an arm, then a row each of its agents; nothing where no arm has several. */
export function concurrencyBlocks(suite: SuiteReport): Block[] {
  const rows = suite.arms.flatMap(({ name: arm, concurrency }): Inline[][] => {
    if (concurrency === undefined) return []
    const { agents, verdict, blocks, speedup, efficiency, slowdown, load_balance: balance } = concurrency
    return [
      [
        arm,
        times(speedup),
        trusted(factor(efficiency, '%')),
        times(slowdown),
        times(balance),
        strong(trusted(verdict)),
        measured(blocks, 'count'),
      ],
      ...agents.map((agent) => [`${arm} › ${agent.name}`, '', '', times(agent.slowdown), '', '', '']),
    ]
  })
  const heads: Column[] = [
    ...columns('arm', '>speedup'),
    // The speedup by agent says no more.
    { head: trusted('efficiency'), right: true, only: 'html' },
    ...columns('>slowdown', '>load balance', 'verdict', '>blocks'),
  ]
  return rows.length === 0
    ? []
    : [heading(3, trusted('Concurrent agents')), table(say`Concurrent agents of ${suite.name}`, heads, rows)]
}

/** One line an arm on the terminal. */
export function concurrencyLines({ arms }: SuiteReport): Inline[] {
  return arms.flatMap(({ name, concurrency }) => {
    if (concurrency === undefined) return []
    const { verdict, speedup, slowdown, load_balance: balance } = concurrency
    return [
      say`${name} ${trusted(verdict)}: speedup ${times(speedup)}, slowdown ${times(slowdown)}, load balance ${times(balance)}`,
    ]
  })
}

function times(estimate: Estimate): Inline {
  return trusted(factor(estimate, '×'))
}
