/** The files of a new project, as the README shows them. */

export const CONFIG = `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'

export default defineConfig({ plugins: [chimera()] })
`

export function suiteFile(model: string): string {
  return `import { agentBench, type Agent } from 'vitest-chimera'

const rivers: Agent = async ({ generate }) => {
  const { response } = await generate({ prompt: 'Tell me about three rivers.', options: { num_predict: 128 } })
  return response
}

agentBench('rivers', rivers, {
  baseline: { name: 'baseline', model: '${model}' },
  candidate: { name: 'cool', model: '${model}', options: { temperature: 0.2 } },
})
`
}

/** Where the commands of a workflow run, seen from the top of the repository; empty for the top. */
export interface Places {
  install: string
  gate: string
}

export function workflowFile(install: readonly string[], model: string, places: Places): string {
  return `name: bench
on: pull_request
jobs:
  bench:
    runs-on: [self-hosted, gpu]
    env:
      OLLAMA_HOST: 127.0.0.1:11434
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 24
${install.map((command) => step(command, places.install)).join('')}${step(`ollama pull ${model}`)}${step('npx vitest-chimera gate', places.gate)}`
}

function step(command: string, folder = ''): string {
  const place = folder === '' ? '' : `        working-directory: ${JSON.stringify(folder)}\n`
  return `      - run: ${command}\n${place}`
}

/** How a workflow installs exactly what the lock file says, and how a package is added. */
export const installs = {
  npm: { workflow: ['npm ci'], add: 'npm install -D' },
  pnpm: { workflow: ['corepack enable', 'pnpm install --frozen-lockfile'], add: 'pnpm add -D' },
  yarn: { workflow: ['corepack enable', 'yarn install --immutable'], add: 'yarn add -D' },
  bun: { workflow: ['npm install -g bun', 'bun install --frozen-lockfile'], add: 'bun add -d' },
} as const
