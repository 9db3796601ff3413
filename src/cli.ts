#!/usr/bin/env node
/**
 * `vitest-chimera <command>`: what is done with reports outside a run. Running suites is `vitest bench`.
 * Each command is a separate folder with `command.ts`: arguments in, text out, exit code back.
 */
import type { Command, CommandIo } from './command.ts'
import { ChimeraError } from './errors.ts'

const commands: Readonly<Record<string, { summary: string; load: () => Promise<{ run: Command }> }>> = {
  init: { summary: 'set up a Vitest project', load: () => import('./init/command.ts') },
  doctor: {
    summary: 'check the setup, the server and the machine',
    load: () => import('./doctor/command.ts'),
  },
  gate: {
    summary: 'compare the code of this branch with its base',
    load: () => import('./gate/command.ts'),
  },
  audit: {
    summary: 'measure what the gate can see on this machine',
    load: () => import('./audit/command.ts'),
  },
  comment: {
    summary: 'publish a result on a pull request',
    load: () => import('./publish/command.ts'),
  },
  compare: { summary: 'compare stored reports, advisory', load: () => import('./compare/command.ts') },
  history: { summary: 'trends and change points over the runs', load: () => import('./history/command.ts') },
  report: {
    summary: 'render a stored report again, or send its metrics',
    load: () => import('./render/command.ts'),
  },
  import: {
    summary: 'read the metrics.json files of the older system',
    load: () => import('./import/command.ts'),
  },
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  return `Usage: vitest-chimera <command> [options]\n\n${lines.join('\n')}\n\nTo run suites: vitest bench. Each command knows --help.`
}

const [name = '--help', ...args] = process.argv.slice(2)
const io: CommandIo = {
  stdout: (text) => process.stdout.write(`${text}\n`),
  stderr: (text) => process.stderr.write(`${text}\n`),
}
// A reader may end before the text does, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command === undefined) {
  const asked = name === '--help' || name === '-h'
  ;(asked ? io.stdout : io.stderr)(asked ? usage() : `Unknown command "${name}".\n\n${usage()}`)
  process.exitCode = asked ? 0 : 2
} else {
  try {
    process.exitCode = await (await command.load()).run(args, io)
  } catch (error) {
    if (!(error instanceof ChimeraError)) throw error
    io.stderr(error.message)
    process.exitCode = 2
  }
}
