/** What working at once gained an arm's agents, by what was measured: speedup is against each of them alone. */
import type { Concurrency, Estimate, SuiteReport } from '../../schema/generated.ts'
import { columns, heading, say, strong, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'

const MEANING: Readonly<Record<Concurrency['verdict'], string>> = {
  parallel: 'no agent is slowed beyond the threshold',
  contended: 'the agents slow each other down',
  serialised: 'together they take as long as one after the other',
  inconclusive: 'too few blocks or too much noise for a verdict',
}

/** A row an arm, then a row each of its agents; nothing where no arm has several. */
export function concurrencyBlocks(suite: SuiteReport): Block[] {
  const rows = measured(suite).flatMap(([arm, { agents, verdict, blocks, ...of }]): Inline[][] => [
    [
      arm,
      times(of.speedup),
      percent(of.efficiency),
      times(of.slowdown),
      times(of.load_balance),
      say`${strong(trusted(verdict))}: ${trusted(MEANING[verdict])}`,
      trusted(String(blocks)),
    ],
    ...agents.map(({ name, slowdown }) => [`${arm} › ${name}`, '', '', times(slowdown), '', '', '']),
  ])
  if (rows.length === 0) return []
  return [
    heading(3, trusted('Concurrent agents')),
    table(
      say`Concurrent agents of ${suite.name}`,
      columns('arm', '>speedup', '>efficiency', '>slowdown', '>load balance', 'verdict', '>blocks'),
      rows,
    ),
  ]
}

/** One line an arm on the terminal. */
export function concurrencyLines(suite: SuiteReport): Inline[] {
  return measured(suite).map(
    ([arm, { verdict, speedup, slowdown, load_balance: balance }]) =>
      say`${arm} ${trusted(verdict)}: speedup ${times(speedup)}, slowdown ${times(slowdown)}, load balance ${times(balance)}`,
  )
}

function measured(suite: SuiteReport): [arm: string, concurrency: Concurrency][] {
  return suite.arms.flatMap(({ name, concurrency }): [string, Concurrency][] =>
    concurrency === undefined ? [] : [[name, concurrency]],
  )
}

function times({ value, interval }: Estimate): Inline {
  return trusted(`${value.toFixed(2)}×${range(interval, (end) => end.toFixed(2))}`)
}

function percent({ value, interval }: Estimate): Inline {
  return trusted(`${(value * 100).toFixed(0)} %${range(interval, (end) => (end * 100).toFixed(0))}`)
}

function range(interval: Estimate['interval'], text: (end: number) => string): string {
  return interval === undefined ? '' : ` [${interval.map(text).join(', ')}]`
}
