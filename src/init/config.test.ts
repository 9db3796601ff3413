import { parseAst } from 'vitest/node'
import { expect, test } from 'vitest'
import { withPlugin } from './config.ts'

const at = (config: string): string => `import { defineConfig } from 'vitest/config'\n\n${config}\n`

test.each([
  ['export default defineConfig({})', 'export default defineConfig({ plugins: [chimera()] })'],
  [
    "export default defineConfig({\n  test: { name: '🐉' },\n})",
    "export default defineConfig({\n  plugins: [chimera()],\n  test: { name: '🐉' },\n})",
  ],
  ['export default { plugins: [] }', 'export default { plugins: [chimera()] }'],
  [
    'export default defineConfig({ plugins: [react(),] } satisfies Config)',
    'export default defineConfig({ plugins: [react(), chimera(),] } satisfies Config)',
  ],
  [
    "export default defineConfig({ 'plugins': [a({ b: [1] })], test: {} })",
    "export default defineConfig({ 'plugins': [a({ b: [1] }), chimera()], test: {} })",
  ],
])('%s gets the plugin', (config, changed) => {
  const expected = `import { defineConfig } from 'vitest/config'\nimport chimera from 'vitest-chimera/plugin'\n\n${changed}\n`
  expect(withPlugin(at(config), 'ts')).toBe(expected)
  expect(() => parseAst(expected, { lang: 'ts' })).not.toThrow()
})

test('the import is written as those before it', () => {
  expect(withPlugin('import a from "a";\nexport default { plugins: [a()] };\n', 'js')).toBe(
    'import a from "a";\nimport chimera from "vitest-chimera/plugin";\nexport default { plugins: [a(), chimera()] };\n',
  )
})

test.each([
  'export default defineConfig(() => ({ plugins: [] }))',
  'export default mergeConfig(base, defineConfig({}))',
  'export default defineConfig({ ...shared })',
  'export default defineConfig({ plugins: all })',
  "export default defineConfig({ test: { projects: ['packages/*'] } })",
  'const chimera = 1\nexport default {}',
  'module.exports = { plugins: [] }',
  'export default defineConfig({',
])('%s is left to its author', (config) => {
  expect(withPlugin(at(config), 'ts')).toBeUndefined()
})
