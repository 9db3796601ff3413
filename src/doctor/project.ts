/** The project as Vitest sees it: the config is loaded, the plugin checks its options and opens its server. */
import { createVitest, type Vitest } from 'vitest/node'
import { ChimeraError, messageOf } from '../errors.ts'
import { doctorTexts, type Finding } from './messages.ts'

export interface Project {
  findings: Finding[]
  /** The server of arms without a `host`; undefined if the config cannot be used. */
  host?: string
  close: () => Promise<void>
}

export async function openProject(root: string): Promise<Project> {
  // A base tree would be written for it.
  const base = process.env['CHIMERA_BASE']
  delete process.env['CHIMERA_BASE']
  // As `vitest bench` sets them; the last is not in the type.
  const options = { root, watch: false, benchmarkOnly: true }
  const none = { close: () => Promise.resolve() }
  try {
    const vitest = await createVitest(options)
    return { ...(await describe(vitest)), close: () => vitest.close() }
  } catch (error) {
    const cure = error instanceof ChimeraError ? undefined : doctorTexts.configCure()
    return {
      ...none,
      findings: [{ mark: 'fail', what: messageOf(error), ...(cure !== undefined && { cure }) }],
    }
  } finally {
    if (base !== undefined) process.env['CHIMERA_BASE'] = base
  }
}

async function describe(vitest: Vitest): Promise<Omit<Project, 'close'>> {
  const hosts = vitest.projects.flatMap((project) => project.getProvidedContext().chimera?.host ?? [])
  const [host] = hosts
  if (host === undefined)
    return { findings: [{ mark: 'fail', what: doctorTexts.noPlugin(), cure: doctorTexts.pluginCure() }] }
  const specifications = await vitest.globTestSpecifications()
  const files = new Set(specifications.map(({ moduleId }) => moduleId)).size
  const bench: Finding =
    files === 0
      ? { mark: 'warn', what: doctorTexts.noFiles(), cure: doctorTexts.filesCure() }
      : { mark: 'ok', what: doctorTexts.files(files) }
  return { findings: [{ mark: 'ok', what: doctorTexts.plugin() }, bench], host }
}
