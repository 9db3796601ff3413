/**
 * Makes src/report/fixtures/*.json, the sample runs on which the writers are tested: seeded trials with the noise of
 * recorded ones, judged by the real judge. Run `node scripts/report-fixtures.ts`, then look at the golden files' changes.
 */
import { writeFileSync } from 'node:fs'
import { assess, hasRegression } from '../src/judge/assess.ts'
import { pairOf } from '../src/judge/pair.ts'
import type { ArmFacts, Ending, Plan, SuiteRecord } from '../src/judge/plan.ts'
import { metricNames, metrics } from '../src/metrics.ts'
import { buildReport } from '../src/report/model.ts'
import type { Call, Phase, Role, Trial, TrialReason } from '../src/schema/generated.ts'
import { createRandom } from '../src/stats/random.ts'
import { defaultLooks } from '../src/stats/looks.ts'

const START = Date.parse('2026-03-02T09:14:07.000Z')

/** What a model server and a machine do, per arm; relative spreads are those of the recorded sessions. */
interface World {
  seed: number
  throughput: number
  ttft: number
  tokens: number
  noise: { throughput: number; ttft: number }
  /** Factors of the candidate, by stage. */
  candidate: Record<string, { throughput?: number; ttft?: number }>
  output: (role: Role) => unknown
  /** Breaks a trial: by phase, block, role and attempt. */
  breaks?: (
    trial: Pick<Trial, 'phase' | 'block' | 'role' | 'attempt'>,
  ) => { reason: TrialReason; message: string } | undefined
  stages?: readonly string[]
}

function suite(
  plan: Plan,
  known: Record<Role, ArmFacts>,
  world: World,
  stop?: { blocks: number },
): SuiteRecord {
  const arms = { baseline: plan.baseline, candidate: plan.candidates[0].arm }
  const pair = pairOf(plan, plan.candidates[0])
  const facts = { [arms.baseline.name]: known.baseline, [arms.candidate.name]: known.candidate }
  const random = createRandom(world.seed)
  const normal = (sd: number): number =>
    Math.exp(sd * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
  const trials: Trial[] = []
  let clock = START
  let requeued = 0
  const run = (phase: Phase, block: number, position: 1 | 2, role: Role, attempt: number): Trial => {
    const broken = world.breaks?.({ phase, block, role, attempt })
    const stages: Trial['stages'] = []
    const calls: Call[] = []
    let at = 31 * normal(0.1)
    for (const [index, stage] of (world.stages ?? ['analysis', 'report']).entries()) {
      const factor = role === 'candidate' ? world.candidate[stage] : undefined
      const cold = phase === 'warmup' && index === 0
      const load = (cold ? 4650 : world.ttft * 0.45) * normal(cold ? 0.02 : 0.01)
      const ttft = (cold ? load : 0) + world.ttft * (factor?.ttft ?? 1) * normal(world.noise.ttft)
      const tokens = Math.round(world.tokens * (1 + 0.25 * index) * normal(0.08))
      const evaluated =
        (tokens / (world.throughput * (factor?.throughput ?? 1) * normal(world.noise.throughput))) * 1000
      const fails =
        broken !== undefined &&
        broken.reason !== 'check_failed' &&
        index === (world.stages ?? ['', '']).length - 1
      const duration = ttft + evaluated + 4
      const common = {
        index,
        stage,
        endpoint: 'generate' as const,
        streamed: true,
        cold,
        start: round(at),
        ttft: round(ttft),
        ttft_content: round(ttft),
        duration: round(duration),
        options: { ...arms[role].options, seed: plan.seed + block },
      }
      calls.push(
        fails
          ? {
              ...common,
              valid: false,
              reason: broken.reason as NonNullable<Call['reason']>,
              message: broken.message,
              chunks: Math.round(tokens * 0.9),
            }
          : {
              ...common,
              valid: true,
              e2e_latency: round(ttft + evaluated),
              chunks: tokens,
              // First and last only: what lies between would make the fixtures large and changes no figure.
              chunk_times: [round(ttft), round(ttft + (evaluated * (tokens - 1)) / tokens)],
              done_reason: 'stop',
              itl: {
                p50: round(evaluated / tokens),
                p95: round((evaluated / tokens) * 1.2),
                p99: round((evaluated / tokens) * 1.6),
                max: round((evaluated / tokens) * 4),
              },
              prompt_eval_count: 482 + 1010 * index,
              prompt_eval_duration: round(world.ttft * 0.4 * normal(0.02)),
              eval_count: tokens,
              eval_duration: round(evaluated),
              load_duration: round(load),
              total_duration: round(duration - 1),
            },
      )
      stages.push({ name: stage, start: round(at), duration: round(duration + 0.4) })
      at += duration + 0.5
    }
    const trial: Trial = {
      suite: plan.suite,
      file: plan.file,
      block,
      position,
      attempt,
      phase,
      arm: arms[role].name,
      role,
      seed: plan.seed + block,
      nonce: `n${String(trials.length).padStart(6, '0')}`,
      started_at: new Date(clock).toISOString(),
      duration: round(at),
      ...(broken === undefined
        ? { valid: true, output: world.output(role) }
        : {
            valid: false,
            invalid_reason: broken.reason,
            message: broken.message,
            ...(broken.reason === 'check_failed' && { output: world.output(role) }),
          }),
      checks: [
        {
          name: 'sections',
          ok: broken?.reason !== 'check_failed',
          ...(broken?.reason === 'check_failed' && { message: broken.message }),
        },
      ],
      stages,
      calls,
    }
    clock += at + 40
    trials.push(trial)
    return trial
  }
  const block = (phase: Phase, number: number): void => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const first: Role = number % 2 === 0 ? 'candidate' : 'baseline'
      const both = [
        run(phase, number, 1, first, attempt),
        run(phase, number, 2, first === 'baseline' ? 'candidate' : 'baseline', attempt),
      ]
      if (both.every((trial) => trial.valid)) return
      if (attempt < 3) requeued++
    }
  }
  run('warmup', 0, 1, 'baseline', 1)
  run('warmup', 0, 2, 'candidate', 1)
  const ending = (stopped: Ending['stopped'], extra: Partial<Ending> = {}): Ending => ({
    stopped,
    requeued,
    warnings: [],
    ...extra,
  })
  const done = (end: Ending): SuiteRecord => ({ plan, facts, trials, ending: end })
  if (trials.every((trial) => !trial.valid))
    return done(ending('unusable', { arm: arms.baseline.name, message: trials[0]!.message }))
  for (const phase of ['measure', 'confirm'] as const) {
    for (let n = 1; n <= plan.blocks.max; n++) {
      if (stop !== undefined && n > stop.blocks) return done(ending('interrupted'))
      block(phase, n)
      if (plan.looks.includes(n) && assess(pair, trials, phase).done) break
    }
    if (!hasRegression(assess(pair, trials, phase))) break
  }
  return done(ending(assess(pair, trials, 'measure').done ? 'decided' : 'budget'))
}

function plan(
  name: string,
  file: string,
  seed: number,
  arms: {
    host: string
    model: string
    candidate: string
    baselineOptions?: object
    candidateOptions?: object
    baseline?: string
  },
  max = 20,
): Plan {
  return {
    kind: 'config',
    suite: name,
    file,
    seed,
    blocks: { min: 6, max },
    looks: defaultLooks(6, max),
    alpha: 0.05,
    strict: false,
    baseline: {
      name: arms.baseline ?? 'baseline',
      role: 'baseline',
      host: arms.host,
      model: arms.model,
      options: { ...arms.baselineOptions },
    },
    candidates: [
      {
        arm: {
          name: arms.candidate,
          role: 'candidate',
          host: arms.host,
          model: arms.model,
          options: { ...arms.candidateOptions },
        },
      },
    ],
    confirm: true,
    rules: Object.fromEntries(
      metricNames.map((metric) => [
        metric,
        {
          threshold: metrics[metric].threshold,
          floor: metrics[metric].floor,
          gated: metrics[metric].gated,
          stages: [],
        },
      ]),
    ) as unknown as Plan['rules'],
    compare: [],
  }
}

function both(facts: ArmFacts): Record<Role, ArmFacts> {
  return { baseline: facts, candidate: facts }
}

function write(
  name: string,
  suites: SuiteRecord[],
  extra: { interrupted?: boolean; branch?: string; dirty?: boolean } = {},
): void {
  const trials = suites.flatMap((record) => record.trials)
  const last = trials.at(-1)!
  const report = buildReport({
    startedAt: new Date(START - 4000).toISOString(),
    finishedAt: new Date(Date.parse(last.started_at) + last.duration + 900).toISOString(),
    interrupted: extra.interrupted ?? false,
    version: '0.1.0',
    environment: {
      node: '24.21.0',
      vitest: '5.1.1',
      os: 'linux 6.8.0 x64',
      cpu: 'AMD Ryzen 9 7950X 16-Core Processor (32 threads)',
      ci: true,
      harness_overhead_ms: 0.08,
      git: {
        sha: '3f9d2c81b7a64e0f5d1c9e8a7b6c5d4e3f2a1b0c',
        branch: extra.branch ?? 'faster-prompts',
        dirty: extra.dirty ?? false,
      },
    },
    suites,
    refusals: [],
    failOn: new Set(['regressed']),
  })
  writeFileSync(
    new URL(`../src/report/fixtures/${name}.json`, import.meta.url),
    `${JSON.stringify({ generated_by: 'scripts/report-fixtures.ts', report, trials })}\n`,
  )
}

function round(value: number): number {
  return Number(value.toFixed(3))
}

const ollama: ArmFacts = {
  server: { kind: 'ollama', version: '0.12.10' },
  digest: 'sha256:a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a',
  quantization: 'Q4_K_M',
  effective: {
    num_ctx: 4096,
    size: 4_952_000_000,
    size_vram: 4_952_000_000,
    gpu_fraction: 1,
    block_count: 34,
    context_length: 131_072,
    family: 'gemma3',
    parameter_size: '4.3B',
  },
}
const embedded: ArmFacts = {
  server: {
    kind: 'embedded',
    version: '3.22.1',
    engine: 'llama.cpp b7126 through node-llama-cpp 3.22.1',
    model_file: 'tiny-4x128.gguf',
  },
  effective: {
    num_ctx: 2048,
    size: 1_900_000,
    size_vram: 0,
    gpu_fraction: 0,
    block_count: 4,
    context_length: 4096,
    family: 'llama',
    parameter_size: '0.9M',
  },
}
const host = 'http://127.0.0.1:11434'
const prose = `# Technical Report

## Executive Summary

The data set holds 101 files: 28 CSV, 44 JSON and 29 Markdown. Throughput is steady within each model; the first call of every session is slow because it loads the model.

## Key Findings

- Decode rate of \`gemma3:270m\` is 2.4 times that of \`gemma3:1b-it-qat\`.
- Time to first token has two modes, 0.1 s warm and 2.3 s cold.

| model | tok/s |
| --- | ---: |
| gemma3:1b-it-qat | 182.6 |
| gemma3:270m | 437.9 |

## Recommendations

1. Load the model before the first measured call.
2. Report cold and warm calls apart.
`
const noDone = {
  reason: 'no_done',
  message:
    'The stream ended without its final object after 4,813 characters that end in 31 repeats. Ollama does this after more than 30 identical pieces: raise repeat_penalty or the temperature, or change the prompt.',
} as const
const steady = {
  throughput: 117,
  ttft: 526,
  tokens: 1010,
  noise: { throughput: 0.006, ttft: 0.04 },
  output: () => prose,
}
const clamped: ArmFacts = {
  ...ollama,
  effective: { ...ollama.effective, num_ctx: 2048, size: 4_611_000_000, size_vram: 4_611_000_000 },
}

write('regressed', [
  suite(
    plan('report-agent', 'suites/report-agent/chimera.bench.ts', 7301, {
      host,
      model: 'gemma3:latest',
      candidate: 'chimera',
      candidateOptions: { num_gpu: 80, num_ctx: 1024, temperature: 0.6 },
    }),
    { baseline: ollama, candidate: clamped },
    {
      ...steady,
      seed: 11,
      candidate: { report: { throughput: 0.8 }, analysis: { throughput: 0.995 } },
      breaks: ({ phase, block, role, attempt }) =>
        phase === 'measure' && block === 4 && role === 'candidate' && attempt === 1 ? noDone : undefined,
    },
  ),
  suite(
    plan('report-agent', 'suites/report-agent/baseline.bench.ts', 7302, {
      host,
      model: 'gemma3:latest',
      candidate: 'baseline-again',
    }),
    both(ollama),
    { ...steady, seed: 12, candidate: {} },
  ),
])

const small = {
  throughput: 1180,
  ttft: 48,
  tokens: 240,
  noise: { throughput: 0.03, ttft: 0.1 },
  output: () => 'the report shows that the first call is slow and the second call is fast',
}
write(
  'embedded',
  [
    suite(
      plan('report-agent', 'suites/report-agent/chimera.bench.ts', 41, {
        host: 'http://127.0.0.1:43117',
        model: 'gemma3',
        candidate: 'chimera',
        candidateOptions: { num_gpu: 80, num_ctx: 1024 },
      }),
      both(embedded),
      { ...small, seed: 21, candidate: {} },
    ),
    suite(
      plan('summarize', 'suites/summarize/short-prompt.bench.ts', 42, {
        host: 'http://127.0.0.1:43117',
        model: 'gemma3',
        candidate: 'short-prompt',
      }),
      both(embedded),
      {
        ...small,
        seed: 22,
        stages: ['summary'],
        candidate: { summary: { ttft: 0.62, throughput: 1.01 } },
        output: () => ({ title: 'Cold and warm', sentences: 3 }),
      },
    ),
    suite(
      plan(
        'concurrent',
        'suites/concurrent/two-agents.bench.ts',
        43,
        { host: 'http://127.0.0.1:43117', model: 'gemma3', candidate: 'two-agents' },
        10,
      ),
      both(embedded),
      {
        ...small,
        seed: 23,
        noise: { throughput: 0.09, ttft: 0.2 },
        candidate: { analysis: { throughput: 0.965 }, report: { throughput: 0.965 } },
      },
    ),
  ],
  { branch: 'main' },
)

const missing = {
  reason: 'model_missing',
  message:
    'The server at http://127.0.0.1:11434 has no model "gemma3" (model "gemma3" not found). Get it with `ollama pull gemma3`.',
} as const
write('invalid', [
  suite(
    plan('report-agent', 'suites/report-agent/chimera.bench.ts', 5, {
      host,
      model: 'gemma3',
      candidate: 'chimera',
      candidateOptions: { temperature: 0.6 },
    }),
    both({ server: { kind: 'ollama', version: '0.12.10' }, effective: {} }),
    { ...steady, seed: 31, candidate: {}, stages: ['analysis'], breaks: () => missing },
  ),
])

/** Everything somebody else wrote, as bad as it gets. */
const hostile = {
  suite: '../../etc/<script>alert(1)</script> | `x` @octocat',
  file: 'suites/we`ird|name/[x](javascript:alert(1)).bench.ts',
  host: 'http://127.0.0.1:11434/"><img src=x onerror=alert(1)>',
  model: 'gemma3`|<b>:latest',
  baseline: 'base\u202eenil',
  candidate: '</title><script>alert(2)</script>\u001b[31mred\u001b[0m\r\n# Passed',
  options: { stop: ['</pre>', '|', '\n\n# Heading', '$x$'], num_ctx: 4096 },
  stage: '## stage | <img src=x onerror=alert(3)> ![](http://evil.example/x.png)',
  version: '1\u0007\u009b2J',
  engine: '**bold** [link](http://evil.example) #1 GH-7 \u2066x\u2069',
  branch: 'feat/`rm -rf`|<i>',
  message:
    'Expected <h2> but got "```\n# ✅ Passed: may merge\n" | see www.evil.example and @octocat, octo@cat.example #12 \u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007',
  output:
    '</pre></details><script>alert(4)</script>\n````\n# ✅ Passed: may merge\n\n```js\nalert(5)\n```\n``````` seven\n[a]: javascript:alert(6)\n\u001b[2J\u0000\u202e gnp.exe \ud800\n@octocat <!-- ',
}

write(
  'hostile',
  [
    suite(
      plan(hostile.suite, hostile.file, 6, {
        host: hostile.host,
        model: hostile.model,
        baseline: hostile.baseline,
        candidate: hostile.candidate,
        candidateOptions: hostile.options,
      }),
      both({ ...ollama, server: { kind: 'embedded', version: hostile.version, engine: hostile.engine } }),
      {
        ...steady,
        seed: 32,
        stages: [hostile.stage],
        candidate: {},
        output: () => hostile.output,
        breaks: ({ phase, block, role }) =>
          phase === 'measure' && block === 2 && role === 'candidate'
            ? { reason: 'check_failed', message: hostile.message }
            : undefined,
      },
      { blocks: 3 },
    ),
  ],
  { interrupted: true, branch: hostile.branch, dirty: true },
)
