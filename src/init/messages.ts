/** What init says, and what it can fail with: what happened, where, what to do. */
import { usageError } from '../command.ts'
import { ChimeraError } from '../errors.ts'
import { oneLine } from '../text/index.ts'

export const initErrors = {
  usage: (detail: string): ChimeraError => usageError('init', detail),
  noProject: (folder: string): ChimeraError =>
    new ChimeraError(
      'init_no_project',
      `${oneLine(folder)} has no package.json that can be read. Run in the folder of a project, or run \`npm init\` first.`,
    ),
  severalConfigs: (folders: readonly string[]): ChimeraError =>
    new ChimeraError(
      'init_several_configs',
      `This workspace has several Vitest configs. Name the package: ${folders.map((folder) => `\`vitest-chimera init ${oneLine(folder)}\``).join(' or ')}.`,
    ),
} as const

export const initTexts = {
  newFile: (path: string): string => `New: ${path}`,
  changed: (path: string): string => `Changed: ${path}`,
  kept: (path: string, why: string): string => `Kept: ${oneLine(path)} (${why})`,
  question: (): string => 'Write these files? [y/N] ',
  declined: (): string => 'Nothing was written.',
  noTerminal: (): string =>
    'Nothing was written: there is no terminal to ask on. Pass --yes to write these files.',
  written: (files: number): string => `\n${files} ${files === 1 ? 'file' : 'files'} written.\n`,
  next: (): string => 'Next:',
  addPlugin: (path: string): string =>
    `Add the plugin to ${oneLine(path)}, whose form is not one that this command changes:\n\n  import chimera from 'vitest-chimera/plugin'\n  plugins: [chimera()], // of each project that has suites\n`,
  gitlab: (): string => 'For GitLab CI, see "GitLab" in docs/ci.md of the package.',
} as const
