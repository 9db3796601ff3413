/** GitLab: the sticky note of a merge request. */
import { isObject, objectOf } from '../json.ts'
import { request, retrying, type Api } from './http.ts'
import { publishErrors } from './messages.ts'

/** Where a pipeline runs, from its environment. */
export interface GitLab extends Api {
  project: string
  mergeRequest: string
}

/** @throws ChimeraError outside a merge request, or without a token */
export function gitlabFrom(env: NodeJS.ProcessEnv): GitLab {
  const of = (what: string, name: string, cure: string): string => {
    const value = env[name]
    if (value === undefined || value === '') throw publishErrors.noEnvironment(what, name, cure)
    return value
  }
  const token = of(
    'The token',
    'GITLAB_TOKEN',
    'Add a project access token with the scope `api` as a CI/CD variable; CI_JOB_TOKEN may not write notes.',
  )
  const inPipeline = 'Run in a pipeline for merge requests.'
  return {
    service: 'GitLab',
    url: of('The API', 'CI_API_V4_URL', inPipeline).replace(/\/+$/, ''),
    headers: { 'private-token': token },
    tokenFrom: 'GITLAB_TOKEN',
    project: of('The project', 'CI_PROJECT_ID', inPipeline),
    mergeRequest: of('The merge request', 'CI_MERGE_REQUEST_IID', inPipeline),
  }
}

/** Creates the note that begins with `marker`, or replaces its text. */
export function upsertNote(
  gitlab: GitLab,
  { marker, body }: { marker: string; body: string },
): Promise<{ url: string; created: boolean }> {
  const notes = `/projects/${encodeURIComponent(gitlab.project)}/merge_requests/${encodeURIComponent(gitlab.mergeRequest)}/notes`
  return retrying(gitlab, 'the note', async () => {
    const known = await findNote(gitlab, notes, marker)
    const path = known === undefined ? notes : `${notes}/${known}`
    const { body: written } = await request(gitlab, {
      method: known === undefined ? 'POST' : 'PUT',
      path,
      body: { body },
    })
    return { url: `${path}#${String(objectOf(written)['id'])}`, created: known === undefined }
  })
}

async function findNote(gitlab: GitLab, notes: string, marker: string): Promise<string | undefined> {
  for (let page = 1; ; page++) {
    const { body } = await request(gitlab, { path: `${notes}?per_page=100&page=${page}` })
    const entries = Array.isArray(body) ? body.filter(isObject) : []
    const found = entries.find((note) => String(note['body']).startsWith(marker))
    if (found !== undefined) return String(found['id'])
    if (entries.length < 100) return undefined
  }
}
