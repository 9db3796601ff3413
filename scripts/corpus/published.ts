/** What the older system recorded and published, as the corpus keeps it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CallFigures } from '../../src/import/recorded.ts'
import { parseCsv } from './read.ts'

/** One entry of published.json; which members are there depends on its kind. */
export interface Published {
  kind: string
  path: string
  blob: string
  agent: string
  table?: string
  metrics_path?: string
  aggregate_style?: 'sum' | 'mean'
  lang?: string
  execution_time_s?: [number, number]
  published: Record<string, unknown>
  runs?: Record<string, unknown>[]
  call_table?: Record<string, unknown>[]
}

/** One row of calls.csv. */
export interface CorpusCall extends CallFigures {
  path: string
  agent: string
  stage: string
  run: number
  /** Wall time of a whole agent run, ms, where only its means were kept. */
  wall_ms: number
}

/** The corpus in a folder; undefined where there is none. */
export function readCorpus(folder: string): { entries: Published[]; calls: CorpusCall[] } | undefined {
  const [published, calls] = [join(folder, 'published.json'), join(folder, 'calls.csv')]
  if (!existsSync(published) || !existsSync(calls)) return undefined
  const { entries } = JSON.parse(readFileSync(published, 'utf8').replace(/\bNaN\b/g, 'null')) as {
    entries: Published[]
  }
  const [head = [], ...rows] = parseCsv(readFileSync(calls, 'utf8'))
  const index = new Map(head.map((name, i) => [name, i]))
  return { entries, calls: rows.map((row) => toCall((name) => row[index.get(name)!] ?? '')) }
}

function toCall(at: (name: string) => string): CorpusCall {
  const number = (name: string): number => Number(at(name) || 0)
  return {
    path: at('source_path'),
    agent: at('agent'),
    stage: at('stage'),
    run: number('run'),
    wall_ms: number('wall_ms'),
    ttft_ms: number('ttft_ms'),
    total_duration_ms: number('total_ms'),
    throughput_tokens_per_sec: number('throughput_tok_s'),
    tokens_generated: number('tokens'),
    prompt_eval_duration_ms: number('prompt_eval_ms'),
    eval_duration_ms: number('eval_ms'),
    load_duration_ms: number('load_ms'),
  }
}
