/** `vitest-chimera comment --github | --gitlab`: one sticky comment on the pull request, from report.json. */
import { appendFile } from 'node:fs/promises'
import { readArguments, type Command, type CommandIo } from '../command.ts'
import { readStored } from '../compare/read.ts'
import { commentBody } from './body.ts'
import { isAcceptable } from './check.ts'
import { githubFrom, hasLabel, pullOf, upsertComment } from './github.ts'
import { gitlabFrom, upsertNote } from './gitlab.ts'
import { isReadOnly } from './http.ts'
import { publishErrors, publishTexts } from './messages.ts'

const help = `Usage: vitest-chimera comment --github [options] [reports]
       vitest-chimera comment --gitlab [options] [reports]

Creates a comment on the pull request with the result of a run, or updates the one of an earlier run. It is made from
the report.json in the folder (default: reports).

      --github           a pull request on GitHub: GITHUB_TOKEN with \`pull-requests: write\`
      --gitlab           a merge request on GitLab: GITLAB_TOKEN with the scope api
      --key <name>       tells the comments of several workflows apart (default: bench)
      --sha <commit>     the pull request with this head commit (GitHub), in a workflow started by another one
      --accept <label>   say that a regression is accepted if the pull request has this label (GitHub)
  -h, --help             this text

Exit code: 0, also where the token may only read; 2 if there is no report, no pull request, or no answer.`

/** @throws ChimeraError on wrong arguments, without a report or a pull request, and where the service refuses */
export const run: Command = async (args, io) => {
  const { values, folder } = parse(args)
  if (values.help) {
    io.stdout(help)
    return 0
  }
  const { report } = await readStored(folder, false)
  const own = { report, key: values.key, env: process.env }
  if (values.gitlab) {
    const gitlab = gitlabFrom(process.env)
    return publish(io, commentBody(own), (comment) => upsertNote(gitlab, comment))
  }
  const github = githubFrom(process.env)
  const pull = values.sha === undefined ? github.pull : await pullOf(github, values.sha)
  if (pull === undefined)
    throw publishErrors.noEnvironment(
      'The pull request',
      values.sha === undefined ? 'the event of the workflow' : `the pull requests of ${values.sha}`,
      'Run on `pull_request`, or pass `--sha` in a workflow that another one started.',
    )
  const { accept } = values
  const accepted =
    accept !== undefined && isAcceptable(report) && (await hasLabel({ ...github, pull }, accept))
  const comment = commentBody({ ...own, ...(accepted && { acceptedBy: accept }) })
  return publish(io, comment, (made) => upsertComment(github, pull, made))
}

async function publish(
  io: CommandIo,
  comment: { marker: string; body: string },
  upsert: (comment: { marker: string; body: string }) => Promise<{ url: string; created: boolean }>,
): Promise<number> {
  try {
    const { url, created } = await upsert(comment)
    io.stdout(created ? publishTexts.created(url) : publishTexts.updated(url))
  } catch (error) {
    if (!isReadOnly(error)) throw error
    io.stdout(publishTexts.readOnly('comments'))
    const summary = process.env['GITHUB_STEP_SUMMARY']
    if (summary !== undefined && summary !== '') await appendFile(summary, `${comment.body}\n`)
  }
  return 0
}

function parse(args: readonly string[]) {
  const { values, positionals } = readArguments(
    args,
    {
      github: { type: 'boolean', default: false },
      gitlab: { type: 'boolean', default: false },
      key: { type: 'string', default: 'bench' },
      sha: { type: 'string' },
      accept: { type: 'string' },
    },
    publishErrors.usage,
  )
  if (!values.help && values.github === values.gitlab)
    throw publishErrors.usage('Expected one of --github and --gitlab.')
  if (!/^[\w.-]{1,60}$/.test(values.key))
    throw publishErrors.usage('Expected a --key of letters, digits, dots and hyphens.')
  if (positionals.length > 1) throw publishErrors.usage('Expected one folder of reports.')
  return { values, folder: positionals[0] ?? 'reports' }
}
