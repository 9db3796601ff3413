/** Why Vitest will exit non-zero although no gate failed: the report has to say so, or it would read as passed. */
import { join, relative } from 'node:path'
import type { TestCase, TestModule } from 'vitest/node'
import type { GateFinding } from '../schema/generated.ts'
import { reporterTexts } from './messages.ts'

/** An error as Vitest serializes it. */
interface Thrown {
  message: string
  name?: string | undefined
}

/** A bench file that could not be loaded is reported like a suite that was refused. */
export function unloadable(module: TestModule): GateFinding[] {
  return module.errors().map((error) => ({
    suite: fileOf(module),
    message: reporterTexts.unloadable(firstLine(error.message)),
  }))
}

/** Tests that failed, of those that are no suites whose gate has said why. */
export function failedTests(
  tests: readonly TestCase[],
  isExplained: (test: TestCase) => boolean,
): GateFinding[] {
  return tests.flatMap((test) => {
    const { state, errors } = test.result()
    if (state !== 'failed' || isExplained(test)) return []
    const message = firstLine(errors?.[0]?.message ?? '')
    return {
      suite: test.name,
      message: reporterTexts.failedTest(test.fullName, fileOf(test.module), message),
    }
  })
}

/** Whether Vitest says by it that a worker's process has ended. */
export function isWorkerExit(message: string): boolean {
  return /^(Worker exited unexpectedly|\[vitest-pool\]: Worker \S+ emitted error)/.test(message)
}

/** Errors outside of any test, such as a rejection that nobody handled. */
export function unhandled(errors: readonly Thrown[]): GateFinding[] {
  return errors.map(({ name, message }) => ({
    suite: '',
    message: reporterTexts.unhandled(firstLine(name === undefined ? message : `${name}: ${message}`)),
  }))
}

/** As suites name their file. A merge may run in another folder than its shards, so the module's own path is no help. */
function fileOf({ project, relativeModuleId }: TestModule): string {
  const file = join(project.config.root, relativeModuleId)
  return relative(project.vitest.config.root, file).replaceAll('\\', '/')
}

/** Parse errors quote whole files; Vitest has printed them already. */
function firstLine(message: string): string {
  const [first = ''] = message.split('\n', 1)
  return first.slice(0, 300)
}
