/** Which trials a figure of a page rests on, what they are called, and figures over them. */
import { unionLength } from '../../judge/values.ts'
import type { SuiteReport, Trial } from '../../schema/generated.ts'
import { median } from '../../stats/index.ts'

/**
 * A suite's own trials among all. Several suites of one file may share name and baseline; a baseline trial belongs to the
 * candidates beside which it ran (of code comparisons all are `head`, and the config tells them apart), the trials of a block, warm-ups between them included, being neighbors in the file.
 */
export function trialsOf({ name, file, arms }: SuiteReport, trials: readonly Trial[]): Trial[] {
  // A trial of an earlier version has no config.
  const isOwn = ({ arm, config }: Trial): boolean =>
    arms.some(
      (one) =>
        one.role === 'candidate' && one.name === arm && (config === undefined || one.config === config),
    )
  const blocks: Trial[][] = []
  let open: Trial[] = []
  for (const trial of trials) {
    if (trial.suite !== name || trial.file !== file) continue
    if (open[0]?.block === trial.block && open[0].attempt === trial.attempt) open.push(trial)
    else blocks.push((open = [trial]))
  }
  return blocks
    .filter((block) => {
      const beside = block.filter(({ role }) => role === 'candidate')
      return beside.length === 0 || beside.some(isOwn)
    })
    .flat()
}

/** Whether a trial is of a block and not beside it, as a warm-up or an agent alone is. */
export function isMeasured({ phase }: Trial): boolean {
  return phase === 'measure' || phase === 'confirm'
}

/** Valid trials of blocks: what the figures of a page rest on. */
export function measuredTrials(trials: readonly Trial[]): Trial[] {
  return trials.filter((trial) => trial.valid && isMeasured(trial))
}

/** `measure 3, attempt 2`: phase, block, and the attempt from the second on. */
export function trialName({ phase, block, attempt }: Trial): string {
  return `${phase}${block > 0 ? ` ${block}` : ''}${attempt > 1 ? `, attempt ${attempt}` : ''}`
}

/** The median of what was reported; nothing where nothing was. */
export function center(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : median(known)
}

/** The sum of what was reported; nothing where nothing was. */
export function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}

/** A stage's own name, without that of the agent it belongs to. */
export function shortName(stage: string, agent: string | undefined): string {
  return agent !== undefined && stage.startsWith(`${agent}/`) ? stage.slice(agent.length + 1) : stage
}

/** Stages in the order in which they first began: the agents where several work at once, with `agent` those of one. */
export function stageNames(trials: readonly Trial[], agent?: string): string[] {
  const names = [...new Set(trials.flatMap(({ stages }) => stages.map((stage) => stage.name)))]
  if (agent !== undefined) return names.filter((name) => name.startsWith(`${agent}/`))
  const agents = new Set(trials.flatMap(({ calls }) => calls.flatMap((call) => call.agent ?? [])))
  return names.filter((name) => ![...agents].some((one) => name.startsWith(`${one}/`)))
}

/** Wall time of a trial in a stage, ms, however often it was open at once; undefined where the trial did not enter it. */
export function timeIn({ stages }: Trial, name: string): number | undefined {
  const own = stages.filter((stage) => stage.name === name)
  return own.length === 0
    ? undefined
    : unionLength(own.map(({ start, duration }) => [start, start + duration]))
}
