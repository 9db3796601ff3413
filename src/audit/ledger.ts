import { writeWhole } from '../report/index.ts'
import type { Audit, AuditComparison, Report } from '../schema/generated.ts'
import { asAudit } from '../schema/validate.ts'
import { nextCase, type Case } from './plan.ts'
import { readKept } from './store.ts'

/** What has been compared: in this audit, and on the same machine before. */
export class Ledger {
  readonly added: AuditComparison[] = []
  readonly #path: string
  #kept: readonly AuditComparison[] | undefined

  constructor(path: string) {
    this.#path = path
  }

  next(): Case {
    return nextCase(this.own(), this.suites())
  }

  suites(): string[] {
    return [...new Set(this.added.map(({ suite }) => suite))]
  }

  /** All comparisons of what this audit runs. */
  own(): AuditComparison[] {
    return [...(this.#kept ?? []), ...this.added].filter((one) =>
      this.added.some(
        ({ suite, server, model }) => suite === one.suite && server === one.server && model === one.model,
      ),
    )
  }

  /** Keeps them at once; what was kept on another machine gives way. */
  async add({ environment: { os, cpu } }: Report, comparisons: readonly AuditComparison[]): Promise<void> {
    if (this.#kept === undefined) {
      const before = await readKept(this.#path, asAudit)
      this.#kept = before?.os === os && before.cpu === cpu ? before.comparisons : []
    }
    this.added.push(...comparisons)
    const all: Audit = { schema_version: 1, os, cpu, comparisons: [...this.#kept, ...this.added] }
    await writeWhole(this.#path, `${JSON.stringify(all, undefined, 2)}\n`)
  }
}
