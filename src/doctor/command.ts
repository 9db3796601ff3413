/**
 * `vitest-chimera doctor`: whether a project, its server and its machine are ready for a run. Each room of facts gives
 * findings (`setup`: versions, settings, git, CI; `project`: the Vitest config; `server`: server and models; `machine`:
 * noise), and this file prints them.
 */
import { readArguments, type Command } from '../command.ts'
import { readStored } from '../compare/read.ts'
import { oneLine, visible } from '../text/index.ts'
import { machineFindings } from './machine.ts'
import { doctorErrors, doctorTexts, type Finding } from './messages.ts'
import { openProject } from './project.ts'
import { serverFindings } from './server.ts'
import { ciFindings, gitFinding, settingsFinding, versionFindings } from './setup.ts'

const help = `Usage: vitest-chimera doctor [options]

Checks what a run needs: Node and Vitest, the Vitest config and the environment variables, the server and its models, the
noise of the machine, the base of a code comparison, and the token in CI. Nothing is changed; the embedded engine is
started and stopped if the config uses it. The models are those of reports/report.json, unless --model names others.

      --model <name>      a model that must be on the server; may be repeated
      --reports <folder>  where the run writes its reports, if the config sets \`outputDir\` (default: reports)
  -h, --help              this text

Exit code: 0 if nothing fails, 1 if something does. Warnings do not fail.`

/** @throws ChimeraError on wrong arguments */
export const run: Command = async (args, io) => {
  const options = parse(args)
  if (options.help) {
    io.stdout(help)
    return 0
  }
  let failed = 0
  const tell = (findings: readonly Finding[]): void => {
    failed += findings.filter(({ mark }) => mark === 'fail').length
    for (const finding of findings) io.stdout(lineOf(finding))
  }
  const root = process.cwd()
  tell(versionFindings())
  tell([settingsFinding(process.env)])
  // Before Vitest and the engine make noise of their own.
  const machine = await machineFindings()
  const project = await openProject(root)
  try {
    tell(project.findings)
    const { host } = project
    if (host !== undefined)
      tell(await serverFindings(host, options.model ?? (await storedModels(options.reports, host))))
  } finally {
    await project.close()
  }
  tell(machine)
  tell([await gitFinding(root, process.env)])
  tell(ciFindings(process.env))
  io.stdout(doctorTexts.summary(failed))
  return failed > 0 ? 1 : 0
}

/** \`fail  No model server answers at … Start it with …\`, the cure on lines of its own. */
function lineOf({ mark, what, cure }: Finding): string {
  const lines = visible(what).trim().split('\n')
  if (cure !== undefined) lines.push(oneLine(cure))
  return lines.map((line, i) => `${(i === 0 ? mark : '').padEnd(5)} ${line}`).join('\n')
}

/** Models that the last run used on this server; an embedded engine has another port in every run. */
async function storedModels(reports: string, host: string): Promise<string[]> {
  try {
    const { report } = await readStored(reports, false)
    const arms = report.suites.flatMap((suite) => suite.arms)
    const here = arms.filter((arm) => arm.host === host || arm.server.kind === 'embedded')
    return [...new Set(here.map(({ model }) => model))]
  } catch {
    return []
  }
}

function parse(args: readonly string[]) {
  const { values, positionals } = readArguments(
    args,
    { model: { type: 'string', multiple: true }, reports: { type: 'string', default: 'reports' } },
    doctorErrors.usage,
  )
  const [other] = positionals
  if (other !== undefined) throw doctorErrors.usage(`Unexpected argument "${other}".`)
  return values
}
