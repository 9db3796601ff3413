/**
 * The Vitest adapter. `provider` runs in the workers: it makes a plan of a bench file's request, runs it, and sends what
 * it measured. `reporter` runs in the main process: it collects the messages, judges, writes the reports and sets the exit
 * code, with `progress`, `signals`, `environment` and `noise-floor` beside it. `wire` is all that goes between them. Vitest
 * loads provider and reporter by their paths; the rest of the package needs this door only.
 */
export { keepYoungRoom, YOUNG_ROOM } from './garbage.ts'
export type { ReporterOptions } from './reporter.ts'
export { adapterErrors, pluginTexts } from './messages.ts'
export { define, requestOptions, type ProvidedSettings, type SuiteRequest } from './wire.ts'
