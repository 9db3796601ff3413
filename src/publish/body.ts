/** The text of a comment, made again from report.json: a file from a fork is data, and is not passed on as it is. */
import { commentDocument, printMarkdown } from '../report/index.ts'
import type { Report } from '../schema/generated.ts'

/** GitHub takes 65,536 characters. */
const LONGEST = 60_000

export interface CommentInput {
  report: Report
  /** Tells the comments of several workflows apart. */
  key: string
  /** The page of the run, from the environment of CI. */
  runUrl?: string | undefined
  /** The label by which a reviewer accepted a regression. */
  acceptedBy?: string | undefined
}

/** The comment, and the invisible first line by which it is found again. */
export function commentBody({ report, key, runUrl, acceptedBy }: CommentInput): {
  marker: string
  body: string
} {
  const marker = `<!-- vitest-chimera:${key} -->`
  const parts = [
    marker,
    ...(acceptedBy === undefined
      ? []
      : [`**Accepted** by the label \`${acceptedBy.replaceAll('`', "'")}\`.`]),
    printMarkdown(commentDocument(report, [])).trimEnd(),
    ...(runUrl === undefined ? [] : [`[Full report in the artifacts of the run](${runUrl})`]),
  ]
  const body = parts.join('\n\n')
  return { marker, body: body.length <= LONGEST ? body : `${body.slice(0, LONGEST)}\n…` }
}

/** The page of this run in GitHub Actions or GitLab CI. */
export function runUrlOf(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env
  if (server !== undefined && repository !== undefined && run !== undefined)
    return `${server}/${repository}/actions/runs/${run}`
  return env['CI_JOB_URL']
}
