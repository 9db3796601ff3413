/** What working at once gained an arm's agents, said with what was measured: speed-up is against each of them alone. */
import type { ArmReport, Concurrency, Estimate, SuiteReport } from '../schema/generated.ts'
import { toHtml, toMd, type Html } from './escape.ts'
import { own, table } from './markdown-table.ts'
import { oneLine } from './visible.ts'

interface Measured {
  arm: ArmReport
  concurrency: Concurrency
}

const MEANING: Readonly<Record<Concurrency['verdict'], string>> = {
  parallel: 'no agent is slowed beyond the threshold',
  contended: 'the agents slow each other down beyond doubt',
  serialised: 'together they take as long as one after the other',
  inconclusive: 'too few blocks, or too much noise, to say',
}

const LEGEND =
  'Speedup is the sum of the solo walls over the concurrent wall, from solo trials in the same blocks; efficiency is speedup per agent; slowdown an agent’s concurrent wall over its solo wall. Load balance, the sum of the concurrent walls over the longest, says how even the work is and nothing about gain.'

/** The section of report.md; nothing where no arm has several agents. */
export function concurrencyMarkdown(suite: SuiteReport): string[] {
  const arms = measured(suite)
  if (arms.length === 0) return []
  return [
    '### Concurrent agents',
    table(
      ['arm', '>speedup', '>efficiency', '>slowdown', '>load balance', 'so', '>blocks'],
      arms.map(({ arm, concurrency }) => [
        toMd`${arm.name}`,
        ...figures(concurrency).map(own),
        own(`**${concurrency.verdict}**: ${MEANING[concurrency.verdict]}`),
        own(String(concurrency.blocks)),
      ]),
    ),
    table(
      ['arm', 'agent', '>slowdown'],
      arms.flatMap(({ arm, concurrency }) =>
        concurrency.agents.map((agent) => [
          toMd`${arm.name}`,
          toMd`${agent.name}`,
          own(times(agent.slowdown)),
        ]),
      ),
    ),
    LEGEND,
  ]
}

/** The same for the page. */
export function concurrencyHtml(suite: SuiteReport): Html | undefined {
  const arms = measured(suite)
  if (arms.length === 0) return undefined
  const heads = ['speedup', 'efficiency', 'slowdown', 'load balance']
  return toHtml`<h3>Concurrent agents</h3><div class="scroll" tabindex="0" role="region" aria-label="Concurrent agents of ${suite.name}"><table class="arms"><caption>What working at once gained, against each agent alone</caption>
<thead><tr><td></td>${arms.map(({ arm }) => toHtml`<th scope="col">${arm.name}</th>`)}</tr></thead><tbody>
<tr><th scope="row">verdict</th>${arms.map(({ concurrency }) => toHtml`<td>${concurrency.verdict}<br><small>${MEANING[concurrency.verdict]}</small></td>`)}</tr>
${heads.map((head, index) => toHtml`<tr><th scope="row">${head}</th>${arms.map(({ concurrency }) => toHtml`<td>${figures(concurrency)[index]}</td>`)}</tr>`)}
${agentNames(arms).map((name) => toHtml`<tr><th scope="row">slowdown of ${name}</th>${arms.map(({ concurrency }) => toHtml`<td>${slowdownOf(concurrency, name)}</td>`)}</tr>`)}
</tbody></table></div><p class="legend">${LEGEND}</p>`
}

/** One line an arm on the terminal. */
export function concurrencyLines(suite: SuiteReport): string[] {
  return measured(suite).map(({ arm, concurrency }) => {
    const [speedup, , slowdown, balance] = figures(concurrency)
    return `${oneLine(arm.name)} ${concurrency.verdict}: speedup ${speedup}, slowdown ${slowdown}, load balance ${balance}`
  })
}

function measured(suite: SuiteReport): Measured[] {
  return suite.arms.flatMap((arm) =>
    arm.concurrency === undefined ? [] : [{ arm, concurrency: arm.concurrency }],
  )
}

function figures({ speedup, efficiency, slowdown, load_balance: balance }: Concurrency): string[] {
  return [times(speedup), share(efficiency), times(slowdown), times(balance)]
}

function agentNames(arms: readonly Measured[]): string[] {
  return [...new Set(arms.flatMap(({ concurrency }) => concurrency.agents.map(({ name }) => name)))]
}

function slowdownOf({ agents }: Concurrency, name: string): string {
  const agent = agents.find((one) => one.name === name)
  return agent === undefined ? '–' : times(agent.slowdown)
}

function times({ value, interval }: Estimate): string {
  return `${value.toFixed(2)}×${range(interval, (end) => end.toFixed(2))}`
}

function share({ value, interval }: Estimate): string {
  return `${(value * 100).toFixed(0)} %${range(interval, (end) => (end * 100).toFixed(0))}`
}

function range(interval: Estimate['interval'], text: (end: number) => string): string {
  return interval === undefined ? '' : ` [${interval.map(text).join(', ')}]`
}
