import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { roundMs } from '../clock.ts'
import { median } from '../stats/index.ts'
import { exchange, type Observer } from './exchange.ts'

const CHUNKS = 40
const PAUSE = 2

/**
 * Median lag between a chunk being written on loopback and being stamped here, ms: the floor of every
 * latency measured in this process. Takes about a tenth of a second.
 */
export async function harnessOverhead(): Promise<number> {
  const written: number[] = []
  const server = createServer({ noDelay: true }, (_request, response) => {
    void (async () => {
      for (let i = 0; i < CHUNKS; i++) {
        await sleep(PAUSE)
        written.push(performance.now())
        response.write('{"response":"x"}\n')
      }
      response.end()
    })()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stamped = await stamps(url)
    const lag = median(stamped.map((at, i) => at - (written[i] ?? at)))
    return roundMs(lag)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

function stamps(url: URL): Promise<number[]> {
  const seen: number[] = []
  return new Promise((resolve, reject) => {
    const observer: Observer = {
      written() {},
      head() {},
      chunk: (_bytes, at) => void seen.push(at),
      end: () => resolve(seen),
      fail: reject,
    }
    exchange({ url, method: 'GET', headers: {} }, observer)
  })
}
