/** What is said of files that could not be written: what happened, and what to do, once for all files of one cause. */
export const storeTexts = {
  unwritable: (files: readonly string[], detail: string, cure: string): string =>
    `Could not write ${files.join(', ')} (${detail}). ${cure}`,
  failed: (files: readonly string[], detail: string): string =>
    `Could not create ${files.join(', ')} (${detail}). This is a fault of vitest-chimera; please report it.`,
} as const

/** What cures a fault of the file system, by its code. */
const CURES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some disk space, or set `outputDir` to a folder on another disk.',
  EDQUOT: 'Free some disk space, or set `outputDir` to a folder on another disk.',
  EACCES: 'Fix the permissions, or set `outputDir` to a writable folder.',
  EPERM: 'Fix the permissions, or set `outputDir` to a writable folder.',
  EROFS: 'The file system is read-only: set `outputDir` to a writable folder.',
  EISDIR: 'A folder has the name of the file: move it, or set another `outputDir`.',
  ENOTDIR: 'A file is where a folder has to be: move it, or set another `outputDir`.',
  EEXIST: 'A file is where a folder has to be: move it, or set another `outputDir`.',
  ELOOP: 'Symbolic links on the way form a loop: remove them, or set another `outputDir`.',
  TOO_LONG: 'It is longer than a text can be: return less from the agent, or run fewer suites at once.',
  ENAMETOOLONG: 'Shorten the names of the suite and its arms, or set `outputDir` to a shorter path.',
}

/** The cure of what the system said. */
export function cureOf(code: string): string {
  return CURES[code] ?? 'Set `outputDir` in the options of the plugin to a writable folder.'
}
