/** The model file: the user's own, or the tiny one, made on first use and kept in a cache folder. */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { tinyDigests, tinyModel, type TinySize } from './tiny-model.ts'

/** Path of the tiny model, made first if it is not there. Several processes may do so at once. */
export async function tinyModelFile(size: TinySize = 'tiny', cacheDir?: string): Promise<string> {
  const name = `chimera-${size}-${tinyDigests[size]}.gguf`
  const folders = cacheDir === undefined ? defaultFolders() : [cacheDir]
  for (const folder of folders) {
    const path = join(folder, name)
    if (await isFile(path)) return path
  }
  let refusal: unknown
  for (const folder of folders) {
    try {
      return await make(size, join(folder, name))
    } catch (error) {
      // A folder that may not be written to, such as node_modules of an image: try the next.
      refusal = error
    }
  }
  throw refusal
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  )
}

async function make(size: TinySize, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.${Date.now()}`
  try {
    await writeFile(draft, tinyModel(size))
    // A rename within a folder is atomic: nobody ever reads half a model.
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  return path
}

/** `node_modules/.cache` of the project if it has one, the user's cache folder, the temporary one. */
function defaultFolders(): string[] {
  const folders = [userCache(), tmpdir()]
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (existsSync(modules)) folders.unshift(join(modules, '.cache'))
    if (existsSync(modules) || folder === dirname(folder)) break
  }
  return folders.map((folder) => join(folder, 'vitest-chimera'))
}

function userCache(): string {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  return process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
}
