/** GitHub: the sticky comment of a pull request, its labels, and a check on its head commit. */
import { readFileSync } from 'node:fs'
import { isObject, objectOf, parseJson, type JsonObject } from '../json.ts'
import type { Check } from './check.ts'
import { request, retrying, type Api } from './http.ts'
import { publishErrors } from './messages.ts'

/** Where a workflow runs, from its environment. */
export interface GitHub extends Api {
  /** owner/name */
  repository: string
  /** Of the pull request; undefined outside one. */
  pull: number | undefined
  /** The head commit of the pull request, which is not GITHUB_SHA: that is a merge. */
  sha: string
  /** Tells one run of a workflow from another. */
  run: string
}

/** @throws ChimeraError without a repository or a token */
export function githubFrom(env: NodeJS.ProcessEnv): GitHub {
  const token = env['GITHUB_TOKEN'] ?? env['GH_TOKEN'] ?? ''
  const tokenFrom = env['GITHUB_TOKEN'] === undefined && token !== '' ? 'GH_TOKEN' : 'GITHUB_TOKEN'
  if (token === '')
    throw publishErrors.noEnvironment(
      'The token',
      'GITHUB_TOKEN',
      'Set `GITHUB_TOKEN: ${{ github.token }}` in the step.',
    )
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  if (repository === '')
    throw publishErrors.noEnvironment(
      'The repository',
      'GITHUB_REPOSITORY',
      'Run in a workflow of GitHub Actions.',
    )
  const event = eventOf(env['GITHUB_EVENT_PATH'])
  const pull = objectOf(event['pull_request'])
  const number = pull['number'] ?? objectOf(event['issue'])['number']
  const sha = objectOf(pull['head'])['sha']
  return {
    service: 'GitHub',
    url: (env['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' },
    tokenFrom,
    repository,
    pull: typeof number === 'number' ? number : undefined,
    sha: typeof sha === 'string' ? sha : (env['GITHUB_SHA'] ?? ''),
    run: `${env['GITHUB_RUN_ID'] ?? '0'}-${env['GITHUB_RUN_ATTEMPT'] ?? '1'}`,
  }
}

function eventOf(path: string | undefined): JsonObject {
  try {
    return path === undefined ? {} : objectOf(parseJson(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

/** The open pull request with this head commit, for a workflow that was started by another one. */
export async function pullOf(github: GitHub, sha: string): Promise<number | undefined> {
  const path = `/repos/${github.repository}/commits/${encodeURIComponent(sha)}/pulls`
  const { body } = await retrying(github, 'the search for the pull request', () => request(github, { path }))
  const open = listOf(body).find((pull) => pull['state'] === 'open' && objectOf(pull['head'])['sha'] === sha)
  return typeof open?.['number'] === 'number' ? open['number'] : undefined
}

/** Creates the comment that begins with `marker`, or replaces its text. */
export function upsertComment(
  github: GitHub,
  pull: number,
  { marker, body }: { marker: string; body: string },
): Promise<{ url: string; created: boolean }> {
  const comments = `/repos/${github.repository}/issues/${pull}/comments`
  return retrying(github, 'the comment', async () => {
    const known = await findIn(github, comments, ({ body }) => String(body).startsWith(marker))
    const { body: written } = await request(
      github,
      known === undefined
        ? { method: 'POST', path: comments, body: { body } }
        : {
            method: 'PATCH',
            path: `/repos/${github.repository}/issues/comments/${String(known['id'])}`,
            body: { body },
          },
    )
    return { url: String(objectOf(written)['html_url']), created: known === undefined }
  })
}

/** Whether the pull request has the label now; what it had when the workflow was started may be out of date. */
export async function hasLabel(github: GitHub, label: string): Promise<boolean> {
  if (github.pull === undefined) return false
  const path = `/repos/${github.repository}/issues/${github.pull}/labels`
  return retrying(
    github,
    'the labels',
    async () => (await findIn(github, path, ({ name }) => name === label)) !== undefined,
  )
}

/** Opens a check on the head commit, or finds the one this run has opened; answers its id and page. */
export function openCheck(github: GitHub, name: string): Promise<{ id: string; url: string }> {
  const { repository, sha, run } = github
  const query = `check_name=${encodeURIComponent(name)}`
  return retrying(github, 'the check', async () => {
    const { body: listed } = await request(github, {
      path: `/repos/${repository}/commits/${sha}/check-runs?${query}`,
    })
    const known = listOf(objectOf(listed)['check_runs']).find((one) => one['external_id'] === run)
    const check =
      known ??
      objectOf(
        (
          await request(github, {
            method: 'POST',
            path: `/repos/${repository}/check-runs`,
            body: { name, head_sha: sha, external_id: run, status: 'in_progress' },
          })
        ).body,
      )
    return { id: String(check['id']), url: String(check['html_url']) }
  })
}

/** GitHub takes this many annotations in one request. */
const ANNOTATIONS = 50

export async function completeCheck(github: GitHub, id: string, check: Check): Promise<void> {
  const { conclusion, title, summary, annotations } = check
  await retrying(github, 'the check', () =>
    request(github, {
      method: 'PATCH',
      path: `/repos/${github.repository}/check-runs/${id}`,
      body: {
        status: 'completed',
        conclusion,
        output: {
          title,
          summary,
          annotations: annotations.slice(0, ANNOTATIONS).map(({ path, line, message }) => ({
            path,
            start_line: line,
            end_line: line,
            annotation_level: 'failure',
            message,
          })),
        },
      },
    }),
  )
}

async function findIn(
  api: Api,
  path: string,
  wanted: (entry: JsonObject) => boolean,
): Promise<JsonObject | undefined> {
  let query: string | undefined = '?per_page=100'
  while (query !== undefined) {
    const reply = await request(api, { path: path + query })
    const found = listOf(reply.body).find(wanted)
    if (found !== undefined) return found
    query = reply.nextPage
  }
  return undefined
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
