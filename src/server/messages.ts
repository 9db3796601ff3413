/** What is wrong with a server's address, before any call is made. */
import { ChimeraError } from '../errors.ts'

export const serverErrors = {
  badHost: (value: string): ChimeraError =>
    new ChimeraError(
      'host',
      `Invalid host "${value}": Expected the address of a model server in OLLAMA_HOST or in an arm's \`host\`. Use host, host:port or an http(s) URL, e.g. 127.0.0.1:11434.`,
    ),
} as const
