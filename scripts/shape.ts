/**
 * The shape of `src`, `npm run shape`: how much there is and how it hangs together, without tests and generated types.
 * The figures are shown, not gated.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { parseSync } from 'vite'

/** A file that is shorter is a sliver, unless it is a room's door. */
const SLIVER = 15
/** The most files a folder should hold. */
const CROWDED = 20
/** What an index into a typed array needs under noUncheckedIndexedAccess. */
const ELEMENT = new Set(['TSNumberKeyword'])

interface SourceFile {
  path: string
  lines: number
  /** Relative imports and re-exports, type-only ones included. */
  imports: string[]
  nonNull: number
  casts: number
  elementCasts: number
}

function read(path: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  const { program, module } = parseSync(path, text)
  const specifiers = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap((one) => one.moduleRequest?.value ?? []),
    ),
  ]
  const counts = { nonNull: 0, casts: 0, elementCasts: 0 }
  visit(program, counts)
  return {
    path,
    lines: text.split('\n').length - 1,
    imports: specifiers
      .filter((one) => one.startsWith('.'))
      .map((one) => normalize(join(dirname(path), one))),
    ...counts,
  }
}

function visit(node: unknown, counts: Pick<SourceFile, 'nonNull' | 'casts' | 'elementCasts'>): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) return node.forEach((one) => visit(one, counts))
  const { type, typeAnnotation } = node as {
    type?: string
    typeAnnotation?: { type: string; typeName?: { name?: string } }
  }
  if (type === 'TSNonNullExpression') counts.nonNull++
  if (type === 'TSAsExpression' && typeAnnotation?.typeName?.name !== 'const') {
    if (ELEMENT.has(typeAnnotation?.type ?? '')) counts.elementCasts++
    else counts.casts++
  }
  for (const child of Object.values(node)) visit(child, counts)
}

/** Groups of files that import each other in a circle, types included (Tarjan, 1972). */
function cycles(files: readonly SourceFile[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const state = new Map<string, { index: number; low: number; open: boolean }>()
  const stack: string[] = []
  const found: string[][] = []
  const walk = (path: string): void => {
    const own = { index: state.size, low: state.size, open: true }
    state.set(path, own)
    stack.push(path)
    for (const next of byPath.get(path)?.imports ?? []) {
      if (!byPath.has(next)) continue
      if (!state.has(next)) walk(next)
      const other = state.get(next)
      if (other?.open === true) own.low = Math.min(own.low, other.low)
    }
    if (own.low !== own.index) return
    const group = stack.splice(stack.indexOf(path))
    for (const one of group) state.set(one, { ...(state.get(one) ?? own), open: false })
    if (group.length > 1) found.push(group)
  }
  for (const { path } of files) if (!state.has(path)) walk(path)
  return found
}

const sum = (files: readonly SourceFile[], value: (file: SourceFile) => number): number =>
  files.reduce((total, file) => total + value(file), 0)

const files = globSync('src/**/*.ts')
  .filter((path) => !path.endsWith('.test.ts') && basename(path) !== 'generated.ts')
  .toSorted()
  .map(read)
const folders = [...Map.groupBy(files, ({ path }) => dirname(path))].toSorted(
  (a, b) => b[1].length - a[1].length,
)
const slivers = files.filter(({ path, lines }) => lines < SLIVER && basename(path) !== 'index.ts')
const circles = cycles(files)
const tests = [
  ...globSync('src/**/*.test.ts'),
  ...globSync('test/**/*.ts'),
  ...globSync('{scripts,suites}/**/*.test.ts'),
]
const retries = [...tests, 'package.json', '.ci/run', 'vitest.config.ts'].filter((path) =>
  /--retry=(?!1'\])\d|\bretry: ?[1-9]/.test(readFileSync(path, 'utf8')),
)

console.log(`files                     ${files.length}`)
console.log(`lines                     ${sum(files, ({ lines }) => lines)}`)
console.log(
  `longest file              ${files
    .toSorted((a, b) => b.lines - a.lines)
    .slice(0, 3)
    .map(({ path, lines }) => `${path} ${lines}`)
    .join(', ')}`,
)
console.log(
  `widest folders            ${folders
    .slice(0, 4)
    .map(([path, own]) => `${path} ${own.length}`)
    .join(', ')}`,
)
console.log(`folders over ${CROWDED} files     ${folders.filter(([, own]) => own.length > CROWDED).length}`)
console.log(
  `slivers under ${SLIVER} lines    ${slivers.length}${slivers.map(({ path }) => ` ${path}`).join('')}`,
)
console.log(`non-null assertions       ${sum(files, ({ nonNull }) => nonNull)}`)
console.log(
  `casts                     ${sum(files, ({ casts }) => casts)}, and ${sum(files, ({ elementCasts }) => elementCasts)} of array elements`,
)
console.log(
  `import cycles, with types ${circles.length}${circles.map((group) => `\n  ${group.join(' ')}`).join('')}`,
)
console.log(`files that ask for retries ${retries.length}${retries.map((path) => ` ${path}`).join('')}`)
