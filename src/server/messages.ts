/** What is wrong with a server's address or an arm's options, before any call is made. */
import { ChimeraError } from '../errors.ts'

export const serverErrors = {
  badHost: (value: string): ChimeraError =>
    new ChimeraError(
      'host',
      `Invalid host "${value}": Expected the address of a model server in OLLAMA_HOST or in an arm's \`host\`. Use host, host:port or an http(s) URL, e.g. 127.0.0.1:11434.`,
    ),
  unknownOption: (name: string, where: string, nearest: string): ChimeraError =>
    new ChimeraError(
      'unknown_option',
      `Unknown option "${name}" of ${where}: Ollama would ignore it silently. Did you mean "${nearest}"?`,
    ),
} as const
