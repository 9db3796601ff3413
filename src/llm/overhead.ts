import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from './exchange.ts'

const CHUNKS = 40
const PAUSE = 2

/**
 * Median lag between a chunk being written on loopback and being stamped here, ms: the floor of every
 * latency measured in this process. Takes about a tenth of a second.
 */
export async function harnessOverhead(): Promise<number> {
  const written: number[] = []
  const server = createServer({ noDelay: true }, async (_request, response) => {
    for (let i = 0; i < CHUNKS; i++) {
      await sleep(PAUSE)
      written.push(performance.now())
      response.write('{"response":"x"}\n')
    }
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stamped = await stamps(url)
    return median(stamped.map((at, i) => at - (written[i] ?? at)))
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

function stamps(url: URL): Promise<number[]> {
  const seen: number[] = []
  return new Promise((resolve, reject) => {
    const chunk = (_bytes: Uint8Array, at: number): void => void seen.push(at)
    exchange({ url, method: 'GET', headers: {} }, { written() {}, head() {}, chunk, end: () => resolve(seen), fail: reject })
  })
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const value = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return Math.max(0, Math.round(value * 1000) / 1000)
}
