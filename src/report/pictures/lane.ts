/** The machine under a strip plot: what took the processor away in each trial, as bars; full height is all of its time. */
import type { MachineTime } from '../../schema/generated.ts'
import { quantity, toHtml, type Html } from '../../text/index.ts'
import type { StripPoint } from './picture.ts'
import { box, fitted, type Scale } from './svg.ts'

/** Units that a lane adds to a picture. */
export const laneHeight = 24
const bar = 16

/** A lane below `top`; nothing where the machine's counters were not read. */
export function machineLane(
  points: readonly StripPoint[],
  x: Scale,
  { left, right, top }: { left: number; right: number; top: number },
): Html | undefined {
  if (points.every(({ machine }) => machine === undefined)) return undefined
  const foot = top + laneHeight - 3
  const each = Math.max(0.8, Math.min(6, 0.8 * Math.abs(x(2) - x(1))))
  const bars = (of: (machine: MachineTime) => number, wide: number): string =>
    points
      .flatMap(({ order, machine }) => {
        const share = machine === undefined ? 0 : of(machine)
        const high = Math.min(1, share) * bar
        return share > 0 ? box(x(order) - wide / 2, foot - high, wide, high) : []
      })
      .join('')
  // What was taken is rare, and has to show among hundreds.
  return toHtml`${fitted('machine', left - 10, { x: left - 8, y: foot - 2, end: true })}<path d="${bars(waitedOf, each)}" class="waited"/><path d="${bars(takenOf, Math.max(2, each))}" class="taken"/><line x1="${left}" x2="${right}" y1="${foot}" y2="${foot}" class="grid"/>`
}

/** The same in words; empty where nothing was read. */
export function describeMachine(points: readonly StripPoint[]): string {
  const most = (of: (machine: MachineTime) => number): { share: number; order: number } | undefined =>
    points
      .flatMap(({ order, machine }) => (machine === undefined ? [] : { share: of(machine), order }))
      .reduce<{ share: number; order: number } | undefined>(
        (top, one) => (top === undefined || one.share > top.share ? one : top),
        undefined,
      )
  const [waited, taken] = [most(waitedOf), most(takenOf)]
  if (waited === undefined || taken === undefined) return ''
  const at = ({ share, order }: { share: number; order: number }): string =>
    share === 0 ? 'never' : `at most ${quantity(share, 'fraction')} of a trial, in trial ${order}`
  return ` Machine: a processor was waited for ${at(waited)}; time was taken ${at(taken)}.`
}

/** `waited 12.0 %, taken 3.0 %`: of one trial, as far as it is known. */
export function machineText(machine: MachineTime | undefined): string {
  if (machine === undefined) return ''
  return `; processor waited for ${quantity(waitedOf(machine), 'fraction')}, taken ${quantity(takenOf(machine), 'fraction')}`
}

function waitedOf({ waited = 0 }: MachineTime): number {
  return waited
}

function takenOf({ stolen = 0, throttled = 0 }: MachineTime): number {
  return stolen + throttled
}
