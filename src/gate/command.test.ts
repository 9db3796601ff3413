/** The command around a run: what it is started with, and how its end becomes an exit code. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createRepository } from '../../test/support/repository.ts'
import { run } from './command.ts'

test.each([
  ['process.exit(0)', 0],
  ['process.exit(1)', 1],
  // As a shell says it: 128 and the number of the signal.
  [`process.kill(process.pid, 'SIGKILL')`, 137],
])('a run that ends by %s: exit code %i', async (end, code) => {
  await using repository = await createRepository()
  await repository.commit({
    'package.json': '{}',
    'node_modules/vitest/package.json': '{}',
    // In the place of Vitest: it notes what it was started with.
    'node_modules/vitest/vitest.mjs': `import { writeFileSync } from 'node:fs'
writeFileSync('started.json', JSON.stringify([process.argv.slice(2), process.env.CHIMERA_BASE]))
${end}`,
  })
  using cwd = vi.spyOn(process, 'cwd').mockReturnValue(repository.dir)
  const said: string[] = []
  const io = {
    stdout: (text: string) => void said.push(text),
    stderr: (text: string) => void said.push(text),
  }
  expect(await run(['--base', 'main', 'suites/one', '--', '--bail=1'], io)).toBe(code)
  cwd.mockRestore()
  expect(said.join('\n')).toMatch(/Comparing with [0-9a-f]{8}/)
  expect(JSON.parse(await readFile(join(repository.dir, 'started.json'), 'utf8'))).toEqual([
    ['bench', 'suites/one', '--bail=1'],
    'main',
  ])
})
