/** The package managers: by which lock file each is known, and how it installs exactly what that file says. */
import { basename } from 'node:path'

export interface Manager {
  name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  locks: readonly string[]
  /** Arguments of an install that changes no lock file and prefers what is already on this machine. */
  install: (lock: string, workspace: boolean) => string[]
}

/** Where a folder holds several lock files, the first one's manager installs. */
export const managers: readonly Manager[] = [
  {
    name: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    // Without a workspace file of its own, base would be taken for a member of the workspace around it.
    install: (_, workspace) => [
      'install',
      '--frozen-lockfile',
      '--prefer-offline',
      ...(workspace ? [] : ['--ignore-workspace']),
    ],
  },
  {
    name: 'yarn',
    locks: ['yarn.lock'],
    install: (lock) =>
      lock.includes('__metadata:')
        ? ['install', '--immutable']
        : ['install', '--frozen-lockfile', '--prefer-offline', '--non-interactive'],
  },
  { name: 'bun', locks: ['bun.lock', 'bun.lockb'], install: () => ['install', '--frozen-lockfile'] },
  {
    name: 'npm',
    locks: ['npm-shrinkwrap.json', 'package-lock.json'],
    install: () => ['ci', '--prefer-offline', '--no-audit', '--no-fund'],
  },
]

const lockFiles: readonly string[] = managers.flatMap(({ locks }) => locks)

const settings = new Set([
  ...lockFiles,
  'package.json',
  'pnpm-workspace.yaml',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
  'bunfig.toml',
])

/** Whether what is installed may hang on the file. */
export function shapesInstall(path: string): boolean {
  return settings.has(basename(path)) || /(^|\/)(patches|\.yarn)\//.test(path) || path.endsWith('.tgz')
}
