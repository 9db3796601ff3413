/**
 * `vitest-chimera init [folder]`: what a Vitest project needs for its first suite and its first gate.
 *
 * `plan` looks at the project and says which files to write, `config` adds the plugin to a config that exists,
 * `files` has the texts. Everything is shown first, and nothing is written without a yes.
 */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { diffLines } from 'diff'
import { readArguments, type Command, type CommandIo } from '../command.ts'
import { oneLine, visible } from '../text/index.ts'
import { initErrors, initTexts } from './messages.ts'
import { planOf, type Plan, type PlannedFile } from './plan.ts'

const help = `Usage: vitest-chimera init [options] [folder]

Sets up a Vitest project (default: the current folder): adds the plugin to the Vitest config, and writes a first suite, a
workflow for GitHub Actions and a line in .gitignore. In a workspace, the folder is the package with the Vitest config.
Shows every file first and asks before it writes. An existing file is extended or kept, never replaced.

      --model <name>  model of the suite (default: gemma3)
  -y, --yes           write without asking
  -h, --help          this text

Exit code: 0 if everything is in place, 1 if something remains to be done, 2 if the folder is no project.`

/** @throws ChimeraError on wrong arguments, and where there is no project or more than one to choose from */
export const run: Command = async (args, io) => {
  const { values, folder } = parse(args)
  if (values.help) {
    io.stdout(help)
    return 0
  }
  const plan = await planOf(folder, values.model)
  const parts = [plan.kept.join('\n'), ...plan.files.map((file) => shown(file, plan.root))]
  io.stdout(`${parts.filter((part) => part !== '').join('\n\n')}\n`)
  if (plan.files.length > 0) {
    const { terminal = { input: process.stdin, output: process.stdout } } = io
    if (!values.yes && !(await agreed(terminal))) {
      io.stdout(terminal.input.isTTY ? initTexts.declined() : initTexts.noTerminal())
      return 1
    }
    for (const { path, text } of plan.files) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    io.stdout(initTexts.written(plan.files.length))
  }
  io.stdout([...plan.remaining, ...nextSteps(plan)].join('\n'))
  return plan.remaining.length > 0 ? 1 : 0
}

/** A new file whole, of an existing one what is added. */
function shown({ path, text, before }: PlannedFile, root: string): string {
  const name = oneLine(relative(root, path))
  const lines =
    before === undefined
      ? text.split('\n').slice(0, -1)
      : diffLines(before, text)
          .filter(({ added, removed }) => added || removed)
          .flatMap(({ value, added }) =>
            value
              .trimEnd()
              .split('\n')
              .map((line) => `${added ? '+' : '-'} ${line}`),
          )
  return [
    before === undefined ? initTexts.newFile(name) : initTexts.changed(name),
    ...lines.map((line) => `  ${visible(line)}`),
  ].join('\n')
}

/** Without a terminal nobody can answer. */
async function agreed(streams: NonNullable<CommandIo['terminal']>): Promise<boolean> {
  if (!streams.input.isTTY) return false
  const lines = createInterface(streams)
  // Ctrl-C, Ctrl-D and the end of the input are a no; a question that is open then is answered by nobody.
  const closed = once(lines, 'close').then(() => '')
  try {
    const answer = await Promise.race([lines.question(initTexts.question()), closed])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    lines.close()
  }
}

function nextSteps({ folder, install }: Plan): string[] {
  const place = relative(process.cwd(), folder)
  const steps = [
    ...(install === undefined ? [] : [install]),
    ...(place === '' ? [] : [`cd ${oneLine(place)}`]),
    'npx vitest bench',
    'npx vitest-chimera gate',
  ]
  return [initTexts.next(), ...steps.map((step) => `  ${step}`)]
}

function parse(args: readonly string[]) {
  const { values, positionals } = readArguments(
    args,
    { model: { type: 'string', default: 'gemma3' }, yes: { type: 'boolean', short: 'y', default: false } },
    initErrors.usage,
  )
  if (positionals.length > 1) throw initErrors.usage('Expected one folder.')
  if (!/^[\w./:@-]+$/.test(values.model))
    throw initErrors.usage('Expected the name of a model after --model.')
  return { values, folder: resolve(positionals[0] ?? '.') }
}
