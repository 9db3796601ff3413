/** Failures of the gate as annotations of a pull request, where Vitest's own reporter cannot make them. */
import type { Report } from '../schema/generated.ts'

/**
 * Commands for GitHub Actions. Vitest annotates a test that failed and a file that could not be loaded; but at a merge of
 * shards the tests have passed, and the gate is judged only then.
 *
 * @param annotated names of the suites whose test failed
 */
export function annotations({ gate, suites }: Report, annotated: readonly string[]): string[] {
  return gate.failures.flatMap(({ suite, message }) => {
    const found = suites.find(({ name }) => name === suite)
    if (found === undefined || annotated.includes(suite)) return []
    return `::error file=${property(found.file)},title=${property(suite)}::${escaped(message)}`
  })
}

/** Nothing in a text may end the command or begin another one. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
