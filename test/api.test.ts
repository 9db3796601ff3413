/** The public surface and the generated types: a change of either is seen, never slipped in. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { flatten } from './support/declarations.ts'
import { expectGolden } from './support/golden.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))
const exec = promisify(execFile)

/** A folder in which this repository's packages are found; gone at the end of its block. */
async function temporary(): Promise<AsyncDisposable & { dir: string }> {
  await mkdir(join(repository, 'test/.tmp'), { recursive: true })
  const dir = await mkdtemp(join(repository, 'test/.tmp/api-'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

describe('the public surface', () => {
  test('is what the golden file says, declaration by declaration', async () => {
    await using folder = await temporary()
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    await exec(process.execPath, [
      tsc,
      '-p',
      join(repository, 'tsconfig.build.json'),
      '--emitDeclarationOnly',
      '--outDir',
      folder.dir,
    ])
    const text = await flatten(folder.dir, ['index.d.ts', 'plugin.d.ts', 'embedded/index.d.ts'])
    await expectGolden(text, new URL('./api.golden.txt', import.meta.url))
  })

  test('declares every value that an entry exports, and no more', async () => {
    const golden = await readFile(new URL('./api.golden.txt', import.meta.url), 'utf8')
    const isValue = (name: string): boolean =>
      new RegExp(`^export (default |declare )*(function|const|class) ${name}\\b`, 'm').test(golden)
    for (const [entry, exported] of Object.entries({
      'index.d.ts': await import('../src/index.ts'),
      'plugin.d.ts': await import('../src/plugin.ts'),
      'embedded/index.d.ts': await import('../src/embedded/index.ts'),
    })) {
      const names = new RegExp(`// ${entry}\nexport { (.*) }`).exec(golden)![1]!.split(', ')
      expect(Object.keys(exported).toSorted(), entry).toEqual(
        names.filter((name) => name === 'default' || isValue(name)),
      )
    }
  })
})

describe('the generated types', () => {
  const generate = 'scripts/generate-types.ts'

  test('are what the schemas say', async () => {
    await exec(process.execPath, [join(repository, generate), '--check'])
  })

  test('a schema that has moved on is told with what to do', async () => {
    await using folder = await temporary()
    for (const path of [generate, 'schemas', 'src/schema/generated.ts'])
      await cp(join(repository, path), join(folder.dir, path), { recursive: true })
    const schema = join(folder.dir, 'schemas/trial.schema.json')
    await writeFile(schema, (await readFile(schema, 'utf8')).replace('"nonce":', '"nonces":'))
    const check = exec(process.execPath, [join(folder.dir, generate), '--check'])
    await expect(check).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/run `npm run generate` and commit the result/),
    })
  })
})
