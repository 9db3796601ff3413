import { describe, expect, test, vi } from 'vitest'
import { startScriptedOllama, type CallPlan, type Script } from '../../test/scripted-ollama/index.ts'
import { hot, runOn, type SuiteOutcome } from '../../test/support/run-suite.ts'
import { hasRegression, judgePair } from '../judge/assess.ts'
import { pairOf } from '../judge/pair.ts'
import { suiteWarnings } from '../judge/warnings.ts'
import { team, type Agent, type AgentContext } from './agent.ts'

const QUICK: CallPlan = { ttft: 4, per_token: 0.2, tokens: 20 }
/** The candidate's calls decode slower by this factor; the counters say exactly so. */
const slower = (factor: number, calls: [number, number] = [0, 999]): Script => ({
  call: QUICK,
  rules: [{ when: { options: hot.options, calls }, per_token: QUICK.per_token! * factor }],
})

async function runScript(script: Script, own: Parameters<typeof runOn>[1] = {}): Promise<SuiteOutcome> {
  await using server = await startScriptedOllama(script)
  return await runOn(server.url, own)
}

const phases = ({ trials }: SuiteOutcome) =>
  Object.fromEntries(
    [...Map.groupBy(trials, ({ phase }) => phase)].map(([phase, all]) => [phase, all.length]),
  )
const judge = ({ plan, trials }: Pick<SuiteOutcome, 'plan' | 'trials'>) =>
  judgePair(pairOf(plan, plan.candidates[0]), trials)
const rateOf = ({ plan, trials }: SuiteOutcome) =>
  judge({ plan, trials }).comparisons.find(({ metric }) => metric === 'valid_rate')!
const verdictOf = ({ plan, trials }: SuiteOutcome) =>
  judge({ plan, trials }).comparisons.find(
    ({ metric, stage }) => metric === 'reported_throughput' && stage === null,
  )!.verdict

describe('when a suite ends', () => {
  test('equal arms are decided at the first look: one warm-up an arm, six blocks, in turns', async () => {
    const run = await runScript({ call: QUICK })
    expect(run.ending).toEqual({ stopped: 'decided', requeued: 0, warnings: [] })
    expect(phases(run)).toEqual({ warmup: 2, measure: 12 })
    expect(verdictOf(run)).toBe('unchanged')
    const orders = [1, 2, 3, 4, 5, 6].map((block) =>
      run.trials
        .filter((trial) => trial.phase === 'measure' && trial.block === block)
        .map(({ role }) => role[0]),
    )
    expect([
      ['b', 'c'],
      ['c', 'b'],
    ]).toContainEqual(orders[0])
    for (const block of [1, 3, 5]) expect(orders[block]).toEqual(orders[block - 1]!.toReversed())
    // The arm that was warmed up last goes first: nothing has to be switched.
    expect(run.trials[1]!.role).toBe(run.trials[2]!.role)
  })

  test('an agent that reads the name of its arm is told from one that reads the rest of it', async () => {
    const endingOf = async (read: (context: AgentContext) => unknown) => {
      const agent: Agent = async (context) => {
        await context.generate({ prompt: String(read(context)) })
      }
      return (await runScript({ call: QUICK }, { agent, candidate: { name: 'again', model: 'tiny' } })).ending
    }
    expect(await endingOf(({ arm, as }) => `${arm.model} ${typeof as}`)).not.toHaveProperty('readsName')
    expect(await endingOf(({ arm }) => arm.name)).toMatchObject({ stopped: 'decided', readsName: true })
  })

  test('a regression is measured again on as many fresh blocks', async () => {
    const run = await runScript(slower(1.12))
    expect(run.ending.stopped).toBe('decided')
    expect(phases(run)).toEqual({ warmup: 2, measure: 12, confirm: 12 })
    expect(verdictOf(run)).toBe('regressed')
  })

  test('a block that the machine took from is run again, within a bound, and the warning says how many', async () => {
    // Trials of the warm-up come first: 0 and 1.
    const some = await runScript(
      { call: QUICK },
      { machine: (n) => ({ ticks: 50, stolen: n === 5 ? 0.4 : 0 }) },
    )
    expect(some.ending).toMatchObject({ stopped: 'decided', requeued: 1 })
    expect(some.trials.filter(({ block, phase }) => block === 2 && phase === 'measure')).toMatchObject([
      { attempt: 1 },
      { attempt: 1, machine: { stolen: 0.4 } },
      { attempt: 2 },
      { attempt: 2 },
    ])
    expect(phases(some)).toEqual({ warmup: 2, measure: 14 })
    const always = await runScript({ call: QUICK }, { machine: () => ({ ticks: 50, throttled: 0.4 }) })
    expect(always.ending).toMatchObject({ stopped: 'decided', requeued: 2 })
    expect(phases(always)).toEqual({ warmup: 2, measure: 16 })
    const found = suiteWarnings(
      pairOf(always.plan, always.plan.candidates[0]),
      { baseline: always.facts['baseline']!, candidate: always.facts['candidate']! },
      always.trials,
      judge(always),
      always.ending,
    )
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringMatching(/^machine_set_apart 2 blocks were set apart.*6 more blocks of that kind count/),
      expect.stringMatching(/^machine_taken /),
    ])
  })

  test('one that the fresh blocks do not show is none', async () => {
    const run = await runScript(slower(1.12, [0, 13]))
    expect(phases(run)).toEqual({ warmup: 2, measure: 12, confirm: 12 })
    expect(hasRegression(judge(run))).toBe(false)
    expect(verdictOf(run)).toBe('unchanged')
  })

  test('blocks.min holds a suite up though it is decided', async () => {
    expect(phases(await runScript({ call: QUICK }, { blocks: { min: 8, max: 10 } }))).toEqual({
      warmup: 2,
      measure: 16,
    })
  })

  // The candidate is faster in every other block.
  const undecided: Script = {
    call: QUICK,
    plan: ({ index, options }) => ({
      per_token: 'temperature' in options ? (Math.floor(index / 2) % 2 === 0 ? 0.15 : 0.25) : 0.2,
    }),
  }

  test('blocks.max ends one that is not', async () => {
    const run = await runScript(undecided, { blocks: { min: 6, max: 8 } })
    expect(phases(run)).toEqual({ warmup: 2, measure: 16 })
    expect(verdictOf(run)).toBe('inconclusive')
    // The first look says so; the second is the last.
    expect(run.forecasts.map(({ blocks }) => blocks)).toEqual([8])
    expect(run.forecasts[0]!.ms).toBeGreaterThan(0)
  })

  test('an undecided one ends once it has spent both the blocks and the time that it has by default', async () => {
    const patient = (blocks: number, ms: number) =>
      runScript(undecided, { blocks: { min: 6, max: 12 }, planned: { patience: { blocks, ms } } })
    const ended = await patient(7, 0)
    expect(phases(ended)).toEqual({ warmup: 2, measure: 14 })
    expect(ended.ending).toMatchObject({ stopped: 'budget', warnings: [{ code: 'time_budget' }] })
    expect(ended.ending.warnings[0]!.message).toMatch(/undecided after 7 blocks and \d+ s/)
    // Judged at the last look before its end, which spends no more error than the others.
    expect(verdictOf(ended)).toBe('inconclusive')
    expect(phases(await patient(7, 1e9))).toEqual({ warmup: 2, measure: 24 })
  })

  test('the blocks that it has are complete ones: a fault costs no look', async () => {
    const broken: Script = { rules: [{ when: { calls: [3, 3] }, fault: { kind: 'status', status: 500 } }] }
    const script = slower(2)
    const run = await runScript(
      { ...script, rules: [...broken.rules!, ...script.rules!] },
      { blocks: { min: 6, max: 12 }, planned: { patience: { blocks: 6, ms: 0 } } },
    )
    expect(run.ending.requeued).toBe(1)
    expect(phases(run)).toEqual({ warmup: 2, measure: 14, confirm: 12 })
    expect(verdictOf(run)).toBe('regressed')
  })

  test('agents of a team run alone in fresh blocks too where what they gain is what regressed', async () => {
    const member: Agent = async ({ generate }) => (await generate({ prompt: 'Work.' })).response
    const thresholds = { ttft: false, output_throughput: false, speedup: { relative: 0.2 } }
    const run = await runScript(
      { call: QUICK },
      {
        agent: team({ first: member, second: member }),
        thresholds,
        blocks: { min: 6, max: 6 },
        // Whatever the clock says: the candidate's agents take turns, the baseline's work at once.
        onTrial: ({ role, stages }) => {
          for (const [i, stage] of stages.entries())
            Object.assign(stage, { start: role === 'candidate' ? 60 * i : 0, duration: 60 })
        },
      },
    )
    // Two members, each alone once a block and arm.
    expect(phases(run)).toEqual({ warmup: 2, measure: 12, confirm: 12, solo: 48 })
    const speedup = judge(run).comparisons.find(({ metric }) => metric === 'speedup')
    expect(speedup).toMatchObject({ verdict: 'regressed', blocks: 6, ratio: expect.closeTo(0.5) })
  })

  test('a regression that there is no time to confirm stays one, and the warning says so', async () => {
    const run = await runScript(slower(2), { planned: { timeBudget: 1e9 } })
    expect(phases(run)).toMatchObject({ confirm: 12 })
    const late = await runScript(slower(2), {
      timeBudget: 60_000,
      onTrial: (_, count) => void (count === 14 && vi.spyOn(performance, 'now').mockReturnValue(1e12)),
    }).finally(() => vi.restoreAllMocks())
    expect(phases(late)).toEqual({ warmup: 2, measure: 12 })
    expect(verdictOf(late)).toBe('regressed')
    expect(late.ending).toMatchObject({
      stopped: 'budget',
      warnings: [
        { code: 'time_budget', message: expect.stringContaining('before fresh blocks could confirm') },
      ],
    })
  })

  test('a time budget that is spent ends it with a warning, and one too small is told after the warm-up', async () => {
    const run = await runScript({ call: QUICK }, { timeBudget: 60 })
    expect(run.ending.stopped).toBe('budget')
    expect(run.ending.warnings.map(({ code }) => code)).toEqual(['time_budget'])
    expect(run.notices).toEqual([
      expect.stringMatching(/60 ms is too small for a verdict: the minimum of 6 blocks/),
    ])
    expect(run.trials.length).toBeLessThan(14)
  })
})

describe('broken blocks', () => {
  test('are run again whole, with the same order and seed', async () => {
    const run = await runScript({
      call: QUICK,
      rules: [{ when: { calls: 5 }, fault: { kind: 'no_done', after: 3 } }],
    })
    expect(run.ending).toMatchObject({ stopped: 'decided', requeued: 1 })
    const broken = run.trials[5]!
    expect(broken).toMatchObject({ valid: false, invalid_reason: 'no_done', block: 2, attempt: 1 })
    const attempts = Map.groupBy(
      run.trials.filter((trial) => trial.phase === 'measure' && trial.block === 2),
      ({ attempt }) => attempt,
    )
    const [first, second] = [...attempts.values()].map((trials) =>
      trials.map(({ role, seed, position }) => ({ role, seed, position })),
    )
    expect(second).toEqual(first)
    expect(run.trials).toHaveLength(2 + 12 + 2)
  })

  test('are not run again for ever: half of blocks.max, and the phase ends', async () => {
    // The warm-up's trials are well, all others of the candidate broken.
    const run = await runScript({
      call: QUICK,
      rules: [{ when: { options: hot.options, calls: [2, 999] }, fault: { kind: 'status', status: 500 } }],
    })
    // valid_rate has regressed by then, which is held against as many fresh blocks.
    expect(run.ending).toEqual({ stopped: 'budget', requeued: 10, warnings: [] })
    for (const phase of ['measure', 'confirm']) {
      expect(
        run.trials.filter((trial) => trial.phase === phase).map(({ block, attempt }) => [block, attempt]),
      ).toEqual(
        [1, 2, 3, 4, 5, 6].flatMap((attempt) => [
          [1, attempt],
          [1, attempt],
        ]),
      )
    }
  })

  test('go on past that limit while a drop of valid_rate is seen and not proven', async () => {
    let calls = 0
    // The candidate fails every other trial: three re-queued blocks are the limit of `max: 6`, five are proof.
    const plan = ({ options }: { options: object }): CallPlan =>
      'temperature' in options && ++calls % 2 === 0 ? { fault: { kind: 'status', status: 500 } } : {}
    const run = await runScript({ call: QUICK, plan }, { blocks: { min: 6, max: 6 } })
    const measured = run.trials.filter(({ phase }) => phase === 'measure')
    expect(measured.filter(({ valid }) => !valid).length).toBeGreaterThan(3)
    expect(rateOf(run)).toMatchObject({ verdict: 'regressed', baseline_value: 1 })
  })

  test('a drop that is seen holds up a suite whose other metrics are decided', async () => {
    const run = await runScript({
      call: QUICK,
      rules: [{ when: { options: hot.options, calls: [4, 5] }, fault: { kind: 'no_done', after: 3 } }],
    })
    expect(run.ending).toMatchObject({ stopped: 'budget', requeued: 1 })
    expect(phases(run)).toEqual({ warmup: 2, measure: 22 })
    // 11 of 12: one failure in so few trials is more than five points, and no proof.
    expect(rateOf(run)).toMatchObject({ verdict: 'inconclusive', blocks: 10, candidate_value: 11 / 12 })
  })

  test('a failed check breaks a block like any other fault', async () => {
    let seen = 0
    const everyFifth = (): string | void => (seen++ === 4 ? 'not this one' : undefined)
    const run = await runScript({ call: QUICK }, { checks: [everyFifth] })
    expect(run.trials[4]).toMatchObject({
      valid: false,
      invalid_reason: 'check_failed',
      message: 'everyFifth: not this one',
      checks: [{ name: 'everyFifth', ok: false, message: 'not this one' }],
    })
    expect(run.ending.requeued).toBe(1)
  })
})

describe('an arm that cannot be used', () => {
  test('is given up after three measured trials without a valid one', async () => {
    const run = await runScript({
      call: QUICK,
      rules: [{ when: { options: hot.options }, fault: { kind: 'status', status: 500, error: 'boom' } }],
    })
    expect(run.ending).toMatchObject({
      stopped: 'unusable',
      arm: 'candidate',
      message: expect.stringMatching(/status 500 \(boom\)/),
    })
    expect(run.trials.filter(({ role, phase }) => role === 'candidate' && phase === 'measure')).toHaveLength(
      3,
    )
  })

  test('a model that is missing is given up at once', async () => {
    const run = await runScript({ call: QUICK }, { candidate: { name: 'none', model: 'qwen-none' } })
    expect(run.ending).toMatchObject({
      stopped: 'unusable',
      arm: 'none',
      message: expect.stringMatching(/ollama pull qwen-none/),
    })
    expect(run.trials).toHaveLength(2)
  })

  test('so is a server that does not answer', async () => {
    const run = await runOn('http://127.0.0.1:9')
    expect(run.ending).toMatchObject({ stopped: 'unusable', message: expect.stringMatching(/ollama serve/) })
    expect(run.trials.every(({ invalid_reason }) => invalid_reason === 'unreachable')).toBe(true)
    expect(run.trials.length).toBeLessThanOrEqual(2)
  })

  test('a server that goes away in mid-run is given up after three trials', async () => {
    const server = await startScriptedOllama({ call: QUICK })
    const run = await runOn(server.url, {
      patience: 300,
      onTrial: async (_, count) => void (count === 8 && (await server.close())),
    })
    expect(run.notices).toEqual([expect.stringMatching(/does not answer\. Waiting up to 300 ms/)])
    expect(run.ending).toMatchObject({
      stopped: 'unusable',
      message: expect.stringMatching(/No model server answers/),
    })
    expect(run.trials.filter(({ valid }) => valid)).toHaveLength(8)
    expect(run.trials.filter(({ valid }) => !valid).length).toBeLessThanOrEqual(6)
  })

  test('two models, or two versions of the server, are refused unless they are what is compared', async () => {
    const models = [{ name: 'tiny' }, { name: 'other' }]
    const candidate = { name: 'other', model: 'other' }
    await expect(runScript({ call: QUICK, models }, { candidate })).rejects.toThrow(
      /not comparable: model digest.*compare: 'models'/,
    )
    expect((await runScript({ call: QUICK, models }, { candidate, compare: 'models' })).ending.stopped).toBe(
      'decided',
    )
  })
})

describe('an abort', () => {
  test('before the start: nothing is run', async () => {
    const run = await runScript({ call: QUICK }, { signal: AbortSignal.abort() })
    expect(run.ending.stopped).toBe('interrupted')
    expect(run.trials).toEqual([])
  })

  test('in a call: it is broken off at the server, told as interrupted, and nothing new is started', async () => {
    await using server = await startScriptedOllama({
      call: QUICK,
      rules: [{ when: { calls: 7 }, ttft: 60_000 }],
    })
    const stop = new AbortController()
    const run = await runOn(server.url, {
      signal: stop.signal,
      agent: async ({ generate }) => {
        const began = server.requests.length
        const reply = generate({ prompt: 'Say something.' })
        if (server.log.filter(({ event }) => event === 'request').length === 7) {
          while (server.requests.length === began) await new Promise((turn) => setTimeout(turn, 5))
          stop.abort()
        }
        return (await reply).response
      },
    })
    expect(run.ending).toMatchObject({ stopped: 'interrupted', requeued: 0 })
    expect(run.trials).toHaveLength(8)
    expect(run.trials.at(-1)).toMatchObject({ valid: false, invalid_reason: 'interrupted' })
    expect(server.log.some(({ event, call }) => event === 'disconnect' && call === 7)).toBe(true)
    // The model is let go all the same.
    expect(server.requests.at(-2)!.body['keep_alive'] ?? server.requests.at(-1)!.body['keep_alive']).toBe(0)
  })

  test('an agent that goes on regardless is left behind', async () => {
    const stop = new AbortController()
    const run = await runScript(
      { call: QUICK },
      {
        signal: stop.signal,
        agent: async ({ generate }) => {
          await generate({ prompt: 'Say something.' })
          stop.abort()
          await new Promise(() => {})
        },
      },
    )
    expect(run.ending.stopped).toBe('interrupted')
    expect(run.trials).toMatchObject([{ invalid_reason: 'interrupted' }])
  })
})

test('what an audit plants slows the candidate alone, in every phase', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 10, per_token: 1, tokens: 21, load: 2 } })
  const { plan, trials } = await runOn(server.url, {
    planned: { audit: { decode: 1, first_token: 15 } },
    blocks: { min: 6, max: 6 },
  })
  const durations = (role: string) =>
    new Set(
      trials
        .filter((one) => one.role === role)
        .flatMap(({ calls }) => calls.map((call) => [call.prompt_eval_duration, call.eval_duration].join())),
    )
  expect(durations('baseline')).toEqual(new Set(['8,20']))
  expect(durations('candidate')).toEqual(new Set(['23,40']))
  expect(new Set(trials.map(({ phase }) => phase))).toContain('confirm')
  expect(plan.suite).toBe('made')
})
