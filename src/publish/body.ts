/** The text of a comment, made again from report.json: a file from a fork is data, and is not passed on as it is. */
import { commentMarkdown } from '../report/index.ts'
import type { Report } from '../schema/generated.ts'

export interface CommentInput {
  report: Report
  /** Tells the comments of several workflows apart. */
  key: string
  /** Of CI, which knows the page of the run. */
  env: NodeJS.ProcessEnv
  /** The label by which a reviewer accepted a regression. */
  acceptedBy?: string | undefined
}

/** The comment, and the invisible first line by which it is found again. */
export function commentBody({ report, key, env, acceptedBy }: CommentInput): {
  marker: string
  body: string
} {
  const marker = `<!-- vitest-chimera:${key} -->`
  const accepted =
    acceptedBy === undefined ? [] : [`**Accepted** by the label \`${acceptedBy.replaceAll('`', "'")}\`.`]
  return { marker, body: [marker, ...accepted, commentMarkdown(report, [], env).trimEnd()].join('\n\n') }
}
