/**
 * `vitest-chimera gate [filter…]`: a code comparison in one command. It finds the commit to compare with, runs
 * `vitest bench` on it, and passes its exit code on. The run writes `comment.md` next to its other reports.
 */
import { findBase } from '../base/index.ts'
import { readArguments, usageError, type Command } from '../command.ts'
import type { ChimeraError } from '../errors.ts'
import { publishing } from '../publish/index.ts'
import { bench } from './bench.ts'

const help = `Usage: vitest-chimera gate [--base <ref>] [--keep] [filter…] [-- <flags of vitest bench>]

Compares the code of the working tree with the commit that it branched off from: the same configs, the agents of both
trees, in one run of \`vitest bench\`. Writes reports/comment.md, a summary for the pull request.

      --base <ref>   the ref to compare with; default: GITHUB_BASE_REF or CI_MERGE_REQUEST_TARGET_BRANCH_NAME on the
                     remote, else the default branch of the remote
      --keep         keep the files of the base commit after the run, and print their path
      --check        publish a check on the head commit of the pull request: GITHUB_TOKEN with \`checks: write\`
      --accept <label>
                     exit with 0 after a regression if the pull request has this label
      --reports <folder>
                     where the run writes its reports, if the config sets \`outputDir\` (default: reports)
  -h, --help         this text

Exit code: that of \`vitest bench\`; 2 if there is nothing to compare with.`

/** @throws ChimeraError on wrong arguments, without a base, and without Vitest */
export const run: Command = async (args, io) => {
  const options = parse(args)
  if (options.help) {
    io.stdout(help)
    return 0
  }
  const root = process.cwd()
  const { ref, sha, top } = await findBase(root, options.base)
  io.stdout(`Comparing with ${sha.slice(0, 8)}, where HEAD branched off from ${ref}.`)
  const { keep, check, accept, reports } = options
  const published = await publishing({ check, accept, reports, top, say: io.stdout }, process.env)
  const env = { ...process.env, CHIMERA_BASE: ref, ...(keep && { CHIMERA_KEEP_BASE: '1' }) }
  return published.finish(await bench(root, options.rest, env))
}

const usage = (detail: string): ChimeraError => usageError('gate', detail, '; flags of Vitest follow `--`')

function parse(args: readonly string[]) {
  const { values, positionals } = readArguments(
    args,
    {
      base: { type: 'string' },
      keep: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      accept: { type: 'string' },
      reports: { type: 'string', default: 'reports' },
    },
    usage,
  )
  return { ...values, rest: positionals }
}
