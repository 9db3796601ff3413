import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Ollama } from 'ollama'
import { describe, expect, test } from 'vitest'
import { startServer } from './child.ts'
import { modelFile } from './model-file.ts'
import { listed } from './processors.ts'

describe('the processors that a process may use', () => {
  test.each([
    ['Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,8\nMems_allowed:\t1\n', [0, 1, 2, 3, 8]],
    ['Cpus_allowed_list:\t1\n', [1]],
    ['', []],
    ['Cpus_allowed_list:\tnone\n', []],
  ])('are listed in its status: %j', (status, processors) => {
    expect(listed(status)).toEqual(processors)
  })
})

const own = listed(readIfThere('/proc/self/status'))
const canMove = own.length > 1 && spawnSync('taskset', ['--version']).error === undefined

test.skipIf(!canMove)(
  'the engine stays on as many as it has threads (needs Linux, taskset, two processors)',
  async () => {
    const server = await startServer({ ...(await modelFile(undefined)), names: ['tiny:latest'], parallel: 1 })
    try {
      const held = () => listed(readFileSync(`/proc/${server.pid}/status`, 'utf8'))
      const client = new Ollama({ host: server.url })
      const ask = (options: object) =>
        client.generate({ model: 'tiny', prompt: 'Hello.', options: { num_predict: 2, ...options } })
      await ask({})
      expect(held()).toHaveLength(1)
      expect(own).toEqual(expect.arrayContaining(held()))
      await ask({ num_thread: 2 })
      expect(held()).toHaveLength(2)
      await ask({})
      expect(held()).toHaveLength(1)
      expect(listed(readFileSync('/proc/self/status', 'utf8'))).toEqual(own)
    } finally {
      await server.stop()
    }
  },
)

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
