import { existsSync, readFileSync } from 'node:fs'

/** One recorded call of an agent that ran alone. */
export interface RecordedCall {
  session: string
  arm: 'baseline' | 'chimera'
  run: string
  stage: string
  /** ms, request to first chunk, the model's load included. */
  ttft: number
  /** tok/s */
  throughput: number
  /** A model load of seconds; the warm level is a quarter of one. */
  cold: boolean
  /** Ended with its final object. */
  valid: boolean
}

/** Single-agent calls of calls.csv in order; undefined where there is no such file. */
export function readCalls(file: string): RecordedCall[] | undefined {
  if (!existsSync(file)) return undefined
  const [head = [], ...rows] = parseCsv(readFileSync(file, 'utf8'))
  const column = (row: readonly string[], name: string): string => row[head.indexOf(name)] ?? ''
  return rows
    .filter((row) => column(row, 'scenario') === 'single_agent' && column(row, 'granularity') === 'call')
    .map((row) => ({
      session: column(row, 'source_path'),
      arm: column(row, 'agent') === 'baseline' ? 'baseline' : 'chimera',
      run: column(row, 'run'),
      stage: column(row, 'stage'),
      ttft: Number(column(row, 'ttft_ms')),
      throughput: Number(column(row, 'throughput_tok_s')),
      cold: Number(column(row, 'load_ms')) > 1000,
      valid: column(row, 'status') === 'ok',
    }))
}

/** Rows of a CSV file (RFC 4180). */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    if (row.length > 1) rows.push(row)
    row = []
  }
  return rows
}
