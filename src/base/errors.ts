/** What keeps head from being held against base: what happened, where, what to do. */
import { ChimeraError } from '../errors.ts'
import { oneLine, visible } from '../text/index.ts'

const DEEPER =
  'In GitHub Actions set `fetch-depth: 0` for actions/checkout, in GitLab CI `GIT_DEPTH: 0`; elsewhere run `git fetch --unshallow`.'

const UNTRACKED =
  'A file that git does not track, such as a built or generated one, is never at base: import what it is made from.'

function error(code: string, message: string): ChimeraError {
  return new ChimeraError(`base_${code}`, message)
}

export const baseErrors = {
  noGit: (): ChimeraError =>
    error('no_git', 'There is no git on the PATH, and base is a commit of git. Install git.'),
  notRepository: (folder: string): ChimeraError =>
    error(
      'no_repository',
      `${oneLine(folder)} is not in the working tree of a git repository. Run in a git checkout of the project.`,
    ),
  unsafe: (top: string): ChimeraError =>
    error(
      'unsafe_repository',
      `Git refuses ${oneLine(top)} because another user owns it. Run \`git config --global --add safe.directory ${oneLine(top)}\`.`,
    ),
  noCommit: (top: string): ChimeraError =>
    error('no_commit', `${oneLine(top)} has no commit to hold the change against. Commit first.`),
  noRef: (why: string): ChimeraError =>
    error(
      'no_ref',
      `The branch to compare with is not known: ${oneLine(why)}. Name it with CHIMERA_BASE or --base, e.g. origin/main.`,
    ),
  refUnknown: (ref: string): ChimeraError =>
    error(
      'ref_unknown',
      `Git knows no commit "${oneLine(ref)}" here. Fetch the branch, or correct CHIMERA_BASE or --base. ${DEEPER}`,
    ),
  shallow: (ref: string): ChimeraError =>
    error(
      'shallow',
      `This clone is shallow: it does not reach back to where HEAD branched off from "${oneLine(ref)}". ${DEEPER}`,
    ),
  noMergeBase: (ref: string): ChimeraError =>
    error(
      'no_merge_base',
      `HEAD and "${oneLine(ref)}" have no commit in common. Name the branch that HEAD started from with CHIMERA_BASE or --base.`,
    ),
  checkout: (sha: string, stderr: string): ChimeraError =>
    error(
      'checkout',
      `The files of base ${sha.slice(0, 12)} could not be written. Fix what git's last lines name.\n${tail(stderr)}`,
    ),
  store: (folder: string, why: string): ChimeraError =>
    error(
      'store',
      `The files of base go to ${oneLine(folder)}, which cannot be written: ${ended(why)} Make the git directory writable.`,
    ),
  submodule: (path: string, sha: string): ChimeraError =>
    error(
      'submodule',
      `The submodule ${oneLine(path)} does not have the commit ${sha.slice(0, 12)} that base uses. Run \`git -C ${oneLine(path)} fetch --all\`; in GitHub Actions also set \`fetch-depth: 0\`.`,
    ),
  pointer: (path: string, sha: string): ChimeraError =>
    error(
      'lfs',
      `${oneLine(path)} is a Git LFS pointer at base and a whole file at head. Install git-lfs and run \`git lfs fetch origin ${sha}\`.`,
    ),
  lockMissing: (file: string, side: 'base' | 'head'): ChimeraError =>
    error(
      'lock_missing',
      side === 'base'
        ? `${oneLine(file)} is missing at base, so base's dependencies cannot be installed as they were. Merge the lock file first, and compare from then on.`
        : `${oneLine(file)} is at base but missing at head, so head's dependencies are not fixed. Restore the lock file, or make it again with its package manager.`,
    ),
  noLock: (file: string): ChimeraError =>
    error(
      'no_lock',
      `${oneLine(file)} differs between base and head and there is no lock file, so base's dependencies are unknown. Commit a lock file.`,
    ),
  copyWithoutLock: (folder: string): ChimeraError =>
    error(
      'no_lock',
      `${oneLine(folder)} differs between base and head, head's packages hold a copy of it, and there is no lock file to install base's from. Commit a lock file.`,
    ),
  plugNPlay: (file: string): ChimeraError =>
    error(
      'plug_n_play',
      `${oneLine(file)} resolves every import into head (Plug'n'Play). Set \`nodeLinker: node-modules\` in .yarnrc.yml.`,
    ),
  linkInside: (name: string, place: string): ChimeraError =>
    error(
      'link_inside',
      `The package ${oneLine(name)} depends on head's ${oneLine(place)}, and a link inside node_modules cannot be redirected to base. Import ${oneLine(place)} by a relative path, without ${oneLine(name)}, or leave the suite out with a filter.`,
    ),
  managerMissing: (manager: string, lock: string): ChimeraError =>
    error(
      'manager_missing',
      `${oneLine(lock)} differs between base and head, so base's dependencies must be installed, but there is no ${manager} on the PATH. Install ${manager}, or run \`corepack enable\`.`,
    ),
  install: (command: string, output: string): ChimeraError =>
    error(
      'install',
      `Base's dependencies could not be installed with \`${command}\`. Fix what its last lines name; in CI, check access to the registry.\n${tail(output)}`,
    ),
  installStopped: (command: string): ChimeraError =>
    error(
      'install_stopped',
      `The run was stopped while \`${command}\` installed base's dependencies. Nothing was measured; run it again.`,
    ),
  unresolved: (source: string, importer: string): ChimeraError =>
    error(
      'unresolved',
      `Base's ${oneLine(importer)} imports "${oneLine(source)}", which leads to a file that only head has. Import it by a relative path, or by an alias that does not hold head's absolute path. ${UNTRACKED}`,
    ),
  foreign: (path: string, how: 'link' | 'path' | 'package'): ChimeraError =>
    error(
      'foreign_module',
      `The base arm loaded head's ${oneLine(path)}, so it is not base that would be measured. ${CURES[how]}`,
    ),
  noGraph: (): ChimeraError =>
    error(
      'no_graph',
      "Vitest did not say which modules base's bench file loaded, so nothing proves that base is measured. Use a version of Vitest that vitest-chimera supports, with its module runner on.",
    ),
  load: (file: string, message: string): ChimeraError =>
    error(
      'load',
      `The bench file ${oneLine(file)} could not be loaded from base: ${ended(message)}${message.startsWith('Cannot find module') ? ` ${UNTRACKED}` : ''} Fix it on the base branch, or leave the file out with a filter.`,
    ),
  denied: (file: string, message: string): ChimeraError =>
    error(
      'load',
      `The bench file ${oneLine(file)} could not be loaded from base: ${ended(message)} In the environments jsdom and happy-dom Vite takes \`?raw\`, \`?url\`, \`?inline\`, .svg and .wasm from no git directory, where base lies. Run the file with \`// @vitest-environment node\`, or set \`server.fs.strict\` to false.`,
    ),
  empty: (file: string): ChimeraError =>
    error(
      'empty',
      `The bench file ${oneLine(file)} of base did not call agentBench while it was loaded. Call it at the top level of the file, or in describe from 'vitest'.`,
    ),
} as const

const CURES = {
  link: 'It came through a link in node_modules (a workspace or a `file:` dependency) that base does not have. Run your package manager in head, so that its links are those of the lock file.',
  path: 'It came through an absolute path (an alias, a plugin or an environment variable). Import it by a relative path.',
  package:
    'It is a package that base does not have in its own lock file. Add it to the dependencies at base, or import it from nowhere that base loads.',
} as const

/** What somebody else's code says, as a sentence that another one may follow. */
function ended(message: string): string {
  return visible(message)
    .trim()
    .replace(/[^.!?]$/, '$&.')
}

/** The last lines of what a program wrote, on their lines. */
function tail(output: string): string {
  return visible(output).trim().split('\n').slice(-30).join('\n')
}
