import type { Options } from 'ollama'
import type { Axis } from '../judge/plan.ts'
import type { Arm } from '../call/arm.ts'

/**
 * Values by option: `{ num_gpu: [60, 80], temperature: [0.6, 0.8] }` is four points. In a team, `insight.num_ctx` is
 * the option of one agent.
 */
export type Grid = { readonly [Name in keyof Options]?: readonly Options[Name][] } & {
  readonly [Name in `${string}.${string}`]?: readonly unknown[]
}

/** What a point sets, by axis. */
export type Settings = Readonly<Record<string, unknown>>

/** The axes of a grid, in the order in which it names them. */
export function axesOf(grid: Grid): Axis[] {
  return Object.entries(grid).map(([name, values]) => ({ name, values: values as readonly unknown[] }))
}

/** More could not be ranked in a day, and their names alone would fill the memory. */
export const MOST_POINTS = 1000

/** How many combinations there are. */
export function countPoints(axes: readonly Axis[]): number {
  return axes.reduce((product, { values }) => product * (Array.isArray(values) ? values.length : 1), 1)
}

/** Every combination, the last axis running fastest. */
export function pointsOf(axes: readonly Axis[]): Settings[] {
  if (axes.length === 0) return []
  return axes.reduce<Settings[]>(
    (points, { name, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
}

/** `num_gpu=60 temperature=0.6`: what reports call a point. */
export function pointName(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ')
}

/** A value as it is shown. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The baseline with a point's settings instead of those it has. */
export function pointArm(baseline: Arm, settings: Settings): Arm {
  return Object.entries(settings).reduce<Arm>(
    (arm, [name, value]) => {
      const [agent = name, option] = name.split('.')
      if (option === undefined) return { ...arm, options: { ...arm.options, [name]: value } }
      const config = arm.agents?.[agent]
      return {
        ...arm,
        agents: { ...arm.agents, [agent]: { ...config, options: { ...config?.options, [option]: value } } },
      }
    },
    { ...baseline, name: pointName(settings) },
  )
}
