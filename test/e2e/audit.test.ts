/** The audit command on a scripted server: it goes on from an earlier audit, finds what it planted, and keeps it on a signal. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Audit, Report } from '../../src/schema/generated.ts'
import { describeMachine } from '../../src/vitest/environment.ts'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { audited } from '../support/audits.ts'
import { benchFile, cleanEnvironment, createFixture } from './fixture.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

test(
  'equal arms are not red, a planted 20 % of decode is found, and Ctrl-C keeps both',
  { timeout: 120_000 },
  async () => {
    await using server = await startScriptedOllama({ call: { ttft: 20, per_token: 4, tokens: 24 } })
    // Wide thresholds decide equal arms soon, however busy the machine is.
    const more =
      'blocks: { min: 6, max: 60 }, thresholds: { output_throughput: 0.1, stall_share: false, ttft: false },'
    // What is missing next, after equal arms, is the slowdown by 20 %.
    const own = { server: server.url, model: 'tiny' }
    const kept: Audit = {
      schema_version: 1,
      ...describeMachine(),
      comparisons: [
        audited({ ...own, ttft_threshold: 20 }),
        audited({ ...own, planted: 'decode', step: 0.1 }),
        audited({ ...own, planted: 'ttft', step: 2, ms: 40 }),
      ],
    }
    await using project = await createFixture({
      'suites/one.bench.ts': benchFile({ more }),
      'reports/audit/audit.json': JSON.stringify(kept),
    })
    const env = cleanEnvironment({ OLLAMA_HOST: server.url, CHIMERA_SEED: '1' })
    const child = spawn(process.execPath, [cli, 'audit', '--budget', '10', 'suites/one'], {
      cwd: project.dir,
      env,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (text.includes('decode +20 % planted')) child.kill('SIGINT')
      })
    const exitCode = await new Promise((resolve) => child.on('close', resolve))

    expect(output).toMatch(/s: one, nothing planted: not regressed after \d+ blocks/)
    expect(output).toMatch(/s: one, decode \+20 % planted: found after \d+ blocks/)
    expect(output).toMatch(/nothing +0 of 2 false alarms, at most 78 %/)
    expect(output).toMatch(/decode \+20 % +1 of 1, at least 5 %/)
    expect(output).toMatch(/2 comparisons in .*, and 3 comparisons of earlier audits/)
    expect(output.trimEnd()).toMatch(/\nOn this machine, one sees changes of 19 % of decode in \d+ s\.$/)
    expect(exitCode).toBe(130)

    const { comparisons } = JSON.parse(await project.read('reports/audit/audit.json')) as Audit
    expect(comparisons.map(({ planted, step }) => [planted, step]).slice(3)).toEqual([
      ['nothing', 0],
      ['decode', 0.2],
    ])
    // The reports of its runs stand apart, and say what they are.
    const report = JSON.parse(await project.read(join('reports/audit/report.json'))) as Report
    expect(report.gate.notices[0]).toEqual({
      suite: 'one',
      file: expect.stringMatching(/bench\.ts$/),
      message: expect.stringMatching(
        /^This run belongs to `vitest-chimera audit`\. Its candidate is the baseline again/,
      ),
    })
    await expect(project.read('reports/report.json')).rejects.toThrow('ENOENT')
  },
)
