/** Writes a timeline to a response, at its times, and keeps the record. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Plan } from './plan.ts'
import type { LogEvent, ScriptedCall } from './script.ts'
import { eventEnd, type Beat } from './timeline.ts'
import { voiceOf } from './voices.ts'

export type Note = (event: LogEvent['event'], n?: number) => void

/** Deadlines are absolute, so one late write does not delay the next. `arrived` is on performance.now()'s clock. */
export async function play(
  beats: Beat[],
  plan: Plan,
  call: ScriptedCall,
  response: ServerResponse,
  arrived: number,
  precise: boolean,
  note: Note,
): Promise<void> {
  response.setHeader('content-type', voiceOf(call).type)
  const framed = (line: string): string => line + eventEnd(plan, call)
  let written = 0
  let held: { text: string; note: () => void }[] = []
  const flush = async (): Promise<void> => {
    const text = held.map(({ text }) => text).join('')
    // node:http hands its bytes to the system in the next tick: that is when they are written.
    for (const { note } of held) process.nextTick(note)
    held = []
    if (text) await write(response, text, plan.split)
  }
  for (const beat of beats) {
    if (!(await until(arrived + beat.at, precise, response))) return
    if (beat.do === 'chunk' || beat.do === 'done') {
      const n = written++
      held.push({
        text: framed(beat.line),
        note: () => (beat.do === 'chunk' ? note('chunk', n) : note('done')),
      })
      if (held.length >= plan.coalesce || beat.do === 'done') await flush()
      continue
    }
    await flush()
    if (beat.do === 'end') {
      process.nextTick(note, 'end')
      response.end()
    } else {
      process.nextTick(note, 'fault')
      if (beat.do === 'error_line') await write(response, framed(beat.line))
      if (beat.do === 'half_line') await write(response, beat.line.slice(0, beat.line.length / 2))
      if (beat.do === 'reset') await reset(response)
    }
  }
}

/** Waits for a point in time; false when the client left before it. */
export async function until(deadline: number, precise: boolean, response: ServerResponse): Promise<boolean> {
  const margin = precise ? 1.5 : 0
  const rest = deadline - performance.now() - margin
  if (rest > 0) {
    const stop = new AbortController()
    const leave = (): void => stop.abort()
    response.once('close', leave)
    await sleep(Math.ceil(rest), undefined, { signal: stop.signal }).catch(() => {})
    response.off('close', leave)
  }
  while (performance.now() < deadline && !response.destroyed) await turn()
  return !response.destroyed
}

/** A reset right after a write would overtake the bytes: the kernel drops what the client has not read yet. */
export async function reset(response: ServerResponse): Promise<void> {
  if (response.headersSent) await sleep(20)
  response.socket?.resetAndDestroy()
}

async function write(response: ServerResponse, text: string, split?: number): Promise<void> {
  const bytes = Buffer.from(text)
  if (split === undefined) {
    if (!response.write(bytes)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    return
  }
  // A continuation byte of UTF-8 is 10xxxxxx: cutting before it cuts the character.
  const inside = bytes.findIndex((byte) => (byte & 0xc0) === 0x80)
  const cut = inside > 0 ? inside : bytes.length >> 1
  response.write(bytes.subarray(0, cut))
  await sleep(split)
  response.write(bytes.subarray(cut))
}
