/** comment.md: the comment on a pull request, short enough to be read there whatever a run has measured. */
import type { Report, Trial } from '../schema/generated.ts'
import { cutTexts } from '../text/index.ts'
import { commentDocument, type CommentLimits } from './document/comment.ts'
import { printMarkdown } from './print/markdown.ts'

/** Bytes of the comment, its link included. */
const LONGEST = 8192

/** What is left out if it is longer: items, then requests, then the ends of names and messages. */
const LIMITS: readonly (CommentLimits & { text: number })[] = [
  { items: 40, requests: 5, text: 1000 },
  { items: 20, requests: 3, text: 400 },
  { items: 10, requests: 2, text: 200 },
  { items: 5, requests: 0, text: 100 },
  { items: 3, requests: 0, text: 30 },
]

export function commentMarkdown(report: Report, trials: readonly Trial[], env: NodeJS.ProcessEnv): string {
  const link = linkOf(env)
  const texts = LIMITS.map(({ text, ...limits }) => {
    const document = commentDocument(cutTexts(report, text), trials, limits)
    return `${printMarkdown(document)}${link}`
  })
  return texts.find((text) => Buffer.byteLength(text) <= LONGEST) ?? texts.at(-1) ?? ''
}

/** To the page of this run in GitHub Actions or GitLab CI, which has the artifacts; nothing elsewhere. */
function linkOf(env: NodeJS.ProcessEnv): string {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: run,
    CI_JOB_URL: job,
  } = env
  const isGitHub = server !== undefined && repository !== undefined && run !== undefined
  const url = isGitHub ? `${server}/${repository}/actions/runs/${run}` : job
  if (url === undefined || !URL.canParse(url)) return ''
  const { href } = new URL(url)
  return `\n[Full report in the artifacts of the run](${href.replace(/[()<>\s]/g, encodeURIComponent)})\n`
}
