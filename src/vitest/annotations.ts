/** Failures of the gate as annotations of a pull request, where Vitest's own reporter cannot make them. */
import { isAbout, suiteOf } from '../report/index.ts'
import type { GateFinding, Report } from '../schema/generated.ts'

/**
 * Commands for GitHub Actions. Vitest annotates a test that failed and a file that could not be loaded; but at a merge of
 * shards the tests have passed, and the gate is judged only then.
 *
 * @param annotated the suites whose test failed
 */
export function annotations(
  report: Report,
  annotated: readonly Pick<GateFinding, 'suite' | 'file'>[],
): string[] {
  return report.gate.failures.flatMap((failure) => {
    const found = suiteOf(report, failure)
    if (found === undefined || annotated.some((suite) => isAbout(failure, suite))) return []
    return `::error file=${property(found.file)},title=${property(found.name)}::${escaped(failure.message)}`
  })
}

/** Nothing in a text may end the command or begin another one. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
