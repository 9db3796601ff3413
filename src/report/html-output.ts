/** What an arm's agents returned in the last valid trial, folded away on the page. */
import type { ArmReport, Trial } from '../schema/generated.ts'
import { trialName } from './agent-calls.ts'
import { toHtml, type Html } from './escape.ts'
import { count } from './format.ts'
import { clip, lastOutput } from './output.ts'
import { outputsOf, searchedNote, type AgentOutput } from './output-parts.ts'

/** Most items of a list. */
const mostItems = 20

/** A part for the arm's last valid output, with the way to its page; texts together are at most `longest` characters. */
export function outputPart(arm: ArmReport, trials: readonly Trial[], path: string, longest: number): Html {
  const last = lastOutput(trials.filter((trial) => trial.arm === arm.name))
  const page = toHtml`<a href="${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}">every call of this arm</a>`
  if (last === undefined) return toHtml`<p class="legend">${arm.name}: no valid output; ${page}.</p>`
  const budget = new Budget(longest)
  const outputs = outputsOf(last).map((output) => agentPart(output, last, budget))
  return toHtml`<details class="output"><summary>Last valid output of ${arm.name} <span>${count(budget.asked, 'character')}</span></summary>${outputs}
<p class="legend">trial ${trialName(last)}${budget.cut > 0 ? toHtml`; ${budget.cut} more characters are in trials.jsonl` : undefined}; ${page}.</p></details>`
}

/** Hands out characters until they are used up. */
class Budget {
  asked = 0
  cut = 0
  #left: number

  constructor(characters: number) {
    this.#left = characters
  }

  take(whole: string): string {
    const { text, cut } = clip(whole, this.#left)
    this.asked += whole.length
    this.cut += cut
    this.#left -= text.length
    return text
  }
}

function agentPart({ agent, parts }: AgentOutput, { source }: Trial, budget: Budget): Html {
  const { facts, dataSummary, findings, recommendations, report, others, personas } = parts
  const searched = source === 'import' ? searchedNote : ''
  // An output that is one text, or data as a whole, needs no title.
  const isWhole =
    others.length === 1 && others[0]![0] === 'output' && facts.length === 0 && report === undefined
  const heading = (title: string): Html | undefined => {
    if (isWhole) return undefined
    return agent === undefined ? toHtml`<h4>${title}</h4>` : toHtml`<h5>${title}</h5>`
  }
  const text = (title: string, whole: string): Html =>
    toHtml`${heading(title)}<pre>${budget.take(whole.trimEnd())}</pre>`
  const list = (title: string, items: readonly string[]): Html | undefined =>
    items.length === 0
      ? undefined
      : toHtml`${heading(title)}<ul>${items.slice(0, mostItems).map((item) => toHtml`<li>${budget.take(item)}</li>`)}</ul>`
  return toHtml`${agent === undefined ? undefined : toHtml`<h4>Agent ${agent}</h4>`}
${facts.length === 0 ? undefined : toHtml`<p>${facts.slice(0, mostItems).map(([name, value], i) => `${i > 0 ? ', ' : ''}${name}: ${value}`)}</p>`}
${list(`Key findings${searched}`, findings)}
${list(`Recommendations${searched}`, recommendations)}
${report === undefined ? undefined : text("Report, in the model's words", report)}
${dataSummary === undefined ? undefined : text('Data summary', dataSummary)}
${others.slice(0, mostItems).map(([name, whole]) => text(name, whole))}
${personas.slice(0, mostItems).map(([name, prompt]) => text(`Persona prompt${name === '' ? '' : ` of ${name}`}`, prompt))}`
}
