/** The two trees of a code comparison in words. */
import { oneLine } from './visible.ts'
import { count } from './numbers.ts'

interface TreeCode {
  ref: string
  sha: string
  dirty: boolean
}

/** `head 1a2b3c4d with uncommitted changes against base 9f8e7d6c (origin/main), 3 of 12 modules differ` */
export function treesText(
  { base, head }: { base: TreeCode; head: TreeCode },
  { modules, changed, isNew }: { modules: number; changed: readonly string[]; isNew: boolean },
): string {
  const own = `head ${short(head)}${head.dirty ? ' with uncommitted changes' : ''}`
  if (isNew) return `${own}, new: base has no such suite`
  const differ = `${changed.length} of ${count(modules, 'module')} ${changed.length === 1 || modules === 1 ? 'differs' : 'differ'}`
  return `${own} against base ${short(base)} (${oneLine(base.ref)}), ${differ}`
}

function short({ sha }: TreeCode): string {
  return sha.slice(0, 8)
}
