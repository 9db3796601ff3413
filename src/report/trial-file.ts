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

  /** The lines of these trials, one at a time: all of them together may be longer than a string can be. */
  *lines(trials: Iterable<Trial>): Iterable<string | Buffer> {
    for (const trial of trials) {
      const place = this.#places.get(trial)
      if (place === undefined) yield `${JSON.stringify(trial)}\n`
      else yield 'line' in place ? place.line : this.#read(place.at, place.length)
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
    const key = JSON.stringify([kept.suite, kept.file, kept.arm])
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

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    if (this.#file === undefined) throw new Error('The file of the trials is closed.')
    for (let done = 0; done < length;) {
      const read = readSync(this.#file, bytes, done, length - done, at + done)
      if (read === 0) throw new Error(`${this.#path} was cut while the run lasted.`)
      done += read
    }
    return bytes
  }
}
