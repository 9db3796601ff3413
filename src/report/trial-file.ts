/**
 * The trials of a run as they arrive: a line each in a temporary file beside the reports, of which trials.jsonl is made in
 * the end, and in memory what judges and pages read of them. A run of hours has more trials than fit into memory.
 */
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { keptTrial } from '../stream.ts'
import type { Trial } from '../schema/generated.ts'
import { measuredTrials } from './document/trials.ts'

/** Where a line is: in the file, or here where the file could not take it. */
type Place = { at: number; length: number } | { line: string }

/** Bytes that are read at once. A buffer for each line would be garbage outside the heap, which V8 is slow to notice. */
const PIECE = 64 * 2 ** 10

export class TrialFile implements Disposable {
  readonly #folder: string
  readonly #path: string
  readonly #places = new WeakMap<Trial, Place>()
  /** By arm of a suite the trial whose output its page quotes: the last one. */
  readonly #quoted = new Map<string, Trial>()
  #file: number | undefined
  #size = 0

  /** @param folder where the reports go; nothing is written before the first trial */
  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, `trials.jsonl.${process.pid}.lines.tmp`)
  }

  /** Writes the trial down, and gives what is kept of it. Never throws: what the disk refuses stays in memory. */
  add(trial: Trial): Trial {
    const kept = keptTrial(trial)
    this.#places.set(kept, this.#write(`${JSON.stringify(trial)}\n`))
    if (trial.output !== undefined && measuredTrials([trial]).length > 0) this.#quote(kept, trial.output)
    return kept
  }

  /**
   * The lines of these trials in pieces: all of them together may be longer than a string can be. A piece is there until the
   * next one is asked for.
   */
  *pieces(trials: Iterable<Trial>): Iterable<string | Buffer> {
    const room = Buffer.allocUnsafe(PIECE)
    for (const trial of trials) {
      const place = this.#places.get(trial)
      if (place === undefined) yield `${JSON.stringify(trial)}\n`
      else if ('line' in place) yield place.line
      else yield* this.#read(place.at, place.at + place.length, room)
    }
  }

  /** Removes the file. */
  [Symbol.dispose](): void {
    if (this.#file === undefined) return
    closeSync(this.#file)
    this.#file = undefined
    this.#size = 0
    rmSync(this.#path, { force: true })
  }

  #quote(kept: Trial, output: unknown): void {
    const key = JSON.stringify([kept.suite, kept.file, kept.arm, kept.config])
    delete this.#quoted.get(key)?.output
    this.#quoted.set(key, kept)
    kept.output = output
  }

  #write(line: string): Place {
    try {
      if (this.#file === undefined) {
        mkdirSync(this.#folder, { recursive: true })
        this.#file = openSync(this.#path, 'w+')
      }
      const bytes = Buffer.from(line)
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#size + done)
      const place = { at: this.#size, length: bytes.length }
      this.#size += bytes.length
      return place
    } catch {
      // If the reports cannot be written either, they say why.
      return { line }
    }
  }

  *#read(from: number, to: number, room: Buffer): Iterable<Buffer> {
    if (this.#file === undefined) throw new Error('The file of the trials is closed.')
    for (let at = from; at < to;) {
      const read = readSync(this.#file, room, 0, Math.min(room.length, to - at), at)
      if (read === 0) throw new Error(`${this.#path} was cut while the run lasted.`)
      at += read
      yield room.subarray(0, read)
    }
  }
}
