import type { Absence } from '../judge/absence.ts'
import { absent } from '../judge/messages.ts'
import { change, count, share } from '../text/index.ts'

/** What a sweep found, in sentences, and what a reader has to know of it. Values are as they are shown. */
export const sweepTexts = {
  sameToServer: (axis: string, values: readonly string[]): string =>
    `${axis} had no effect by construction: the server treats ${enumerated(values)} the same.`,
  alsoSame: (axis: string, values: readonly string[]): string =>
    ` ${axis} ${enumerated(values)} are the same to the server.`,
  noEffect: (axis: string, metric: string, threshold: number, widest: string, blocks: number): string =>
    `${axis} had no effect on ${metric} that matters: its values differ by less than ${share(threshold)} (at most ${widest}), over ${count(blocks, 'block')}.`,
  onlyAt: (axis: string, metric: string, slice: string): string =>
    `${axis} had no effect on ${metric} on average, but it has one at ${slice}.`,
  someEffect: (axis: string, metric: string, widest: string, blocks: number): string =>
    `${axis} had an effect on ${metric}: ${widest}, over ${count(blocks, 'block')}.`,
  openEffect: (axis: string, metric: string, widest: string | undefined, blocks: number): string =>
    `Whether ${axis} has an effect on ${metric} is undecided after ${count(blocks, 'block')}${widest === undefined ? '' : ` (${widest})`}.`,
  step: (
    worse: string,
    better: string,
    ratio: number,
    interval: readonly [number, number] | undefined,
  ): string => `${worse} against ${better} ${change({ ratio, interval })}`,
  identical: (arms: readonly string[]): string =>
    `The effective configs of ${enumerated(arms.map((arm) => `"${arm}"`))} are identical: their options differ, but the server treats all of them the same. Remove the options without effect.`,
  same: (arms: readonly string[], first: string, why: readonly string[]): string =>
    `${enumerated(arms.map((arm) => `"${arm}"`))} ${arms.length === 1 ? 'was' : 'were'} not measured: the server runs ${arms.length === 1 ? 'it' : 'them'} the same as "${first}"${why.length === 0 ? '' : ` (${enumerated(why)})`}. The ranking has the figures of "${first}", and the blocks went to the others.`,
  givenUp: (arm: string, message: string): string =>
    `Arm "${arm}" was stopped and is not ranked: too many of its trials were invalid or unexpectedly cold. ${message}`.trimEnd(),
  notMeasured: (arm: string, metric: string, absence: Absence): string =>
    `Arm "${arm}" is not ranked, because ${metric} could not be measured: ${absent(metric, absence)}`,
  answersWorse: (arm: string): string =>
    `Arm "${arm}" is not ranked: its trials are valid less often than the baseline's. See its invalid trials for the reasons.`,
} as const

function enumerated(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
