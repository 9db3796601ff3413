/** Paths as Vite and git write them on either kind of system; nothing here asks the file system. */
import { describe, expect, test } from 'vitest'
import { headPlace, isPackage, pathOf, within } from './paths.ts'

describe('the path in a module’s id', () => {
  test.each([
    ['/home/me/app/a.ts', '/home/me/app/a.ts'],
    ['/home/me/app/a.ts?raw', '/home/me/app/a.ts'],
    ['/home/me/c#/a.ts?raw', '/home/me/c#/a.ts'],
    ['file:///home/me/app/a.ts', '/home/me/app/a.ts'],
    ['/@fs/home/me/app/a.ts', '/home/me/app/a.ts'],
    ['C:/app/a.ts', 'C:/app/a.ts'],
    ['C:\\app\\src\\a.ts', 'C:/app/src/a.ts'],
    ['c:\\app\\a.ts?v=1', 'c:/app/a.ts'],
    ['/@fs/C:/app/a.ts', 'C:/app/a.ts'],
    ['file:///C:/app/a.ts', 'C:/app/a.ts'],
    ['/C:/app/a.ts', 'C:/app/a.ts'],
  ])('%s', (id, path) => {
    expect(pathOf(id)).toBe(path)
  })

  test.each(['node:fs', 'fs', '\0virtual:a', 'vitest', './a.ts', '@/word', 'data:text/javascript,1'])(
    '%j has none',
    (id) => {
      expect(pathOf(id)).toBeUndefined()
    },
  )
})

test('within: whole names of folders, whichever slashes the folder has', () => {
  expect(within('/a/b', '/a/b/c.ts')).toBe('c.ts')
  expect(within('/a/b', '/a/bc/c.ts')).toBeUndefined()
  expect(within('/a/b', '/a/b')).toBeUndefined()
  expect(within('C:\\app', 'C:/app/src/a.ts')).toBe('src/a.ts')
  expect(within('C:\\app', 'D:/app/src/a.ts')).toBeUndefined()
  expect(within('c:\\app', 'C:/app/src/a.ts')).toBe('src/a.ts')
})

test('a package is one by a whole name too', () => {
  expect(isPackage('/app/node_modules/a/b.js')).toBe(true)
  expect(isPackage('node_modules/a/b.js')).toBe(true)
  expect(isPackage('/app/my_node_modules/a.js')).toBe(false)
})

test.each([
  ['/app', '/app/.git/vitest-chimera/base/one', '/app'],
  ['C:\\app', 'C:\\app\\.git\\vitest-chimera\\base\\one', 'C:/app'],
])('head’s own code in %s: no package, nothing of git, nothing of base', (top, tree, root) => {
  const place = (path: string) => headPlace({ top, tree }, path)
  expect(place(`${root}/src/a.ts`)).toBe('src/a.ts')
  expect(place(`${root}/.github/a.ts`)).toBe('.github/a.ts')
  expect(place(`${root}/node_modules/a/b.js`)).toBeUndefined()
  expect(place(`${root}/.git/hooks/a.js`)).toBeUndefined()
  expect(place(`${root}/.git/vitest-chimera/base/one/src/a.ts`)).toBeUndefined()
  expect(place(`${root}-other/src/a.ts`)).toBeUndefined()
})
