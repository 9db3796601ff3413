/** What the rendering of a stored report says. */
import { usageError } from '../command.ts'
import { ChimeraError, messageOf } from '../errors.ts'
import { redact } from '../secrets.ts'
import { count, oneLine } from '../text/index.ts'

export const renderErrors = {
  usage: (detail: string): ChimeraError => usageError('report', detail),
  sdkMissing: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'otlp_missing',
      `--otlp needs OpenTelemetry's SDK, which is not installed here (${oneLine(messageOf(cause))}). Install it with \`npm install -D @opentelemetry/sdk-metrics @opentelemetry/resources @opentelemetry/exporter-metrics-otlp-http\`.`,
      { cause },
    ),
  noCalls: (file: string): ChimeraError =>
    new ChimeraError(
      'otlp_no_calls',
      `There are no calls to send: their times are in the trials.jsonl next to ${oneLine(file)}. Keep the two files together.`,
    ),
  badCollector: (url: string): ChimeraError =>
    new ChimeraError(
      'otlp_collector',
      `OTEL_EXPORTER_OTLP_ENDPOINT is no URL: Expected one such as http://localhost:4318 but received ${oneLine(url)}.`,
    ),
  notTaken: (url: string, detail: string): ChimeraError =>
    new ChimeraError(
      'otlp_not_taken',
      `The collector at ${oneLine(url)} did not take the metrics (${oneLine(detail)}). Check that it receives OTLP over HTTP, and OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS.`,
    ),
} as const

export const renderTexts = {
  sent: (calls: number, suites: number, url: string): string =>
    `Sent the metrics of ${count(calls, 'call')} in ${count(suites, 'suite')} to ${redact(oneLine(url))}`,
  withoutTrials: (why: string): string =>
    `The trials.jsonl next to the report is not used, so the documents have no trials in them: ${why}`,
  rendered: (title: string, files: number, folder: string): string =>
    `${oneLine(title)}\n${count(files, 'document')} in ${oneLine(folder)}`,
} as const
