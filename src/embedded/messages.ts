import { ChimeraError } from '../errors.ts'

/** Why the embedded engine does not run, and what to do. */
export const engineErrors = {
  missing: (detail: string): ChimeraError =>
    new ChimeraError(
      'engine_missing',
      `The embedded engine needs node-llama-cpp, which is not installed here (${detail}). Install it with \`npm install -D node-llama-cpp\`.`,
    ),
  no_model: (path: string): ChimeraError =>
    new ChimeraError(
      'engine_no_model',
      `The embedded engine found no model file at ${path}. Set \`model\` to the path of a GGUF file, or omit it to use the tiny model.`,
    ),
  not_built: (path: string): ChimeraError =>
    new ChimeraError(
      'engine_no_model',
      `The embedded engine's own model is missing at ${path}. In a checkout of vitest-chimera, run \`npm run build\`; otherwise, reinstall the package.`,
    ),
  damaged: (path: string, digest: string): ChimeraError =>
    new ChimeraError(
      'engine_bad_model',
      `The embedded engine's own model at ${path} is damaged (its SHA-256 is ${digest}), so it was not loaded. In a checkout of vitest-chimera, run \`npm run build\`; otherwise, reinstall the package.`,
    ),
  bad_model: (path: string, detail: string): ChimeraError =>
    new ChimeraError(
      'engine_bad_model',
      `The embedded engine could not load ${path} (${detail}). Check that it is a complete GGUF file that llama.cpp can run.`,
    ),
  died_early: (path: string, how: string, log: string): ChimeraError =>
    new ChimeraError(
      'engine_died',
      `The embedded engine ended (${how}) while loading ${path}.${log} Check that the file is a complete GGUF that llama.cpp can run and that it fits into memory.`,
    ),
  died: (url: string, how: string, log: string): ChimeraError =>
    new ChimeraError(
      'engine_died',
      `The embedded engine at ${url} ended (${how}) during the run; further calls to it will fail.${log} Run again; if it ends again, try a smaller num_ctx.`,
    ),
} as const
