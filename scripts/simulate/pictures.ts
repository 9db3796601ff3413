import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Cell } from './cells.ts'
import { exampleLooks, EXAMPLES } from './example.ts'
import { noises } from './noise.ts'

const look = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  padding: 10,
  config: {
    font: 'sans-serif',
    axis: { titleFontWeight: 'normal' },
    view: { stroke: '#ddd' },
  },
} as const

const titles = new Map(
  noises.map(({ name, title, threshold }) => [
    name as string,
    `${name}: ${title}, threshold ${100 * threshold} %`,
  ]),
)

/** The pictures of docs/decision.md: file name to SVG. */
export async function drawPictures(cells: readonly Cell[]): Promise<Map<string, string>> {
  const rows = cells.map((cell) => ({ ...cell, facet: titles.get(cell.noise), slower: cell.factor - 1 }))
  return new Map([
    ['looks.svg', await draw(looksOverTime())],
    ['false-alarms.svg', await draw(falseAlarms(rows))],
    ['power.svg', await draw(power(rows))],
  ])
}

type Row = Cell & { facet: string | undefined; slower: number }

/** Three examples: how the interval narrows from look to look until it decides. */
function looksOverTime(): TopLevelSpec {
  const values = exampleLooks()
  const last = Math.max(...values.map(({ blocks }) => blocks))
  const x: { field: string; type: 'quantitative'; title: string; scale: { domain: number[] } } = {
    field: 'blocks',
    type: 'quantitative',
    title: 'blocks',
    scale: { domain: [4, last + 1] },
  }
  const percentAxis = { format: '+.0%', title: 'candidate slower by' } as const
  return {
    ...look,
    data: { values },
    facet: { column: { field: 'example', type: 'nominal', title: null, sort: [...EXAMPLES.keys()] } },
    spec: {
      width: 230,
      height: 220,
      layer: [
        {
          // Data of its own: drawn once, not once a look.
          data: { values: [{}] },
          mark: { type: 'rect', color: '#2a78', opacity: 0.25 },
          encoding: { y: { datum: -0.05 }, y2: { datum: 0.05 } },
        },
        { data: { values: [{}] }, mark: { type: 'rule', color: '#666' }, encoding: { y: { datum: 0 } } },
        {
          mark: { type: 'rule', size: 2 },
          encoding: {
            x,
            y: { field: 'lower', type: 'quantitative', axis: percentAxis },
            y2: { field: 'upper' },
            color: { field: 'verdict', type: 'nominal', title: null, scale: colors },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 50, opacity: 1 },
          encoding: {
            x,
            y: { field: 'estimate', type: 'quantitative' },
            color: { field: 'verdict', type: 'nominal', scale: colors },
          },
        },
      ],
    },
  }
}

const colors = { domain: ['goes on', 'unchanged', 'regressed'], range: ['#888', '#2a7', '#c33'] }

function falseAlarms(rows: readonly Row[]): TopLevelSpec {
  return {
    ...look,
    data: { values: rows.filter(({ factor }) => factor === 1) },
    facet: { column: { field: 'facet', type: 'nominal', title: null, sort: [...titles.values()] } },
    spec: {
      width: 170,
      height: { step: 19 },
      encoding: {
        y: { field: 'procedure', type: 'nominal', sort: null, title: null, axis: { labelLimit: 300 } },
      },
      layer: [
        {
          mark: 'bar',
          encoding: {
            x: {
              field: 'regressed',
              type: 'quantitative',
              axis: { format: '.0%', title: 'red though nothing changed' },
            },
            color: {
              condition: { test: "datum.procedure === 'vitest-chimera'", value: '#2a7' },
              value: '#c33',
            },
          },
        },
      ],
    },
  }
}

function power(rows: readonly Row[]): TopLevelSpec {
  const shown = ['vitest-chimera', 'benchstat', 'tachometer: auto-sampling, threshold', 'Vitest', 'Bencher']
  return {
    ...look,
    data: { values: rows.filter(({ procedure }) => shown.some((name) => procedure.startsWith(name))) },
    facet: { column: { field: 'facet', type: 'nominal', title: null, sort: [...titles.values()] } },
    spec: {
      width: 200,
      height: 200,
      mark: { type: 'line', point: true },
      encoding: {
        x: {
          field: 'slower',
          type: 'quantitative',
          axis: { format: '.0%', title: 'candidate slower by', values: [0, 0.05, 0.1, 0.2] },
        },
        y: { field: 'regressed', type: 'quantitative', axis: { format: '.0%', title: 'red' } },
        color: {
          field: 'procedure',
          type: 'nominal',
          sort: null,
          title: null,
          legend: { orient: 'bottom', columns: 2, labelLimit: 300 },
        },
        size: { condition: { test: "datum.procedure === 'vitest-chimera'", value: 4 }, value: 1.5 },
      },
    },
  }
}

function draw(spec: TopLevelSpec): Promise<string> {
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}
