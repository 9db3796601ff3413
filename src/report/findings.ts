/** Which suite a finding of the gate is about: several may share a name, and even a file. */
import type { GateFinding, Report, SuiteReport } from '../schema/generated.ts'

/** Undefined for what concerns the whole run, or a suite that did not run. */
export function suiteOf({ suites }: Pick<Report, 'suites'>, finding: GateFinding): SuiteReport | undefined {
  const named = suites.filter((suite) => isAbout(finding, { suite: suite.name, file: suite.file }))
  return named.find(({ arms }) => arms.some(isCandidate(finding.arm))) ?? named[0]
}

function isCandidate(arm: string | undefined) {
  return ({ role, name }: SuiteReport['arms'][number]): boolean => role === 'candidate' && name === arm
}

/** Whether a finding is about a suite of this name in this file; where either file is not known, the name decides. */
export function isAbout(
  finding: Pick<GateFinding, 'suite' | 'file'>,
  { suite, file }: Pick<GateFinding, 'suite' | 'file'>,
): boolean {
  return finding.suite === suite && (finding.file ?? file) === (file ?? finding.file)
}
