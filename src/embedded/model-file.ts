/** Which file the engine serves, and what it has to be. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerConfig } from './child.ts'
import { engineErrors } from './messages.ts'

/** SHA-256 of the model that the package ships: another model has other times, so its bytes change by decision only. */
export const tinyDigest = '0bba74f103dbea20690bcecaf6bb6295e6c74bf00166e16ce0daf44c4b0b6703'

/** The model that the package ships. Sources and compiled files are equally deep, so one path serves both. */
const tinyFile = fileURLToPath(new URL('../../dist/embedded/chimera-tiny.gguf', import.meta.url))

/** The file of the user's own, if there is one, else the package's, which is checked before it is loaded. */
export async function modelFile(own: string | undefined): Promise<Pick<ServerConfig, 'path' | 'digest'>> {
  const path = own === undefined ? tinyFile : resolve(own)
  const isFile = await stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  )
  if (!isFile) throw own === undefined ? engineErrors.not_built(path) : engineErrors.no_model(path)
  return own === undefined ? { path, digest: tinyDigest } : { path }
}
