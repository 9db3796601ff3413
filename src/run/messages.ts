/** What a suite, its agent and its arms can fail with: what happened, where, what to do. */
import { ChimeraError, messageOf, unended } from '../errors.ts'
import { shown } from '../schema/messages.ts'
import { count } from '../text/index.ts'

/** Faults of a suite's definition, found before any call is made. */
export const suiteErrors = {
  badHeaders: (where: string): ChimeraError =>
    new ChimeraError(
      'bad_option',
      `Invalid \`headers\` of ${where}: Expected texts by the names of HTTP headers. Check that each is set, e.g. from \`process.env\`.`,
    ),
  badName: (what: string, value: unknown): ChimeraError =>
    new ChimeraError(
      'bad_name',
      `Invalid ${what}: Expected a non-empty string but received ${JSON.stringify(value)}. Give it a name in agentBench.`,
    ),
  unknownAgent: (name: string, where: string, members: readonly string[]): ChimeraError =>
    new ChimeraError(
      'unknown_agent',
      `Unknown agent "${name}" of ${where}. Its agents: ${members.join(', ') || 'none'}.`,
    ),
  badAgent: (suite: string, received: unknown): ChimeraError =>
    new ChimeraError(
      'bad_agent',
      `Invalid agent of suite "${suite}": Expected a function but received ${received === null ? 'null' : typeof received}. Pass it as the second argument.`,
    ),
  crashed: (cause: unknown): ChimeraError =>
    new ChimeraError(
      'crashed',
      `vitest-chimera failed: ${messageOf(cause)}. This is a fault of the tool: report it with its stack.`,
      { cause },
    ),
  sameArms: (suite: string, name: string): ChimeraError =>
    new ChimeraError(
      'same_arms',
      `Both arms of suite "${suite}" are named "${name}". Rename the candidate, e.g. "${name}-again".`,
    ),
  badBlocks: (source: string, received: string): ChimeraError =>
    new ChimeraError(
      'bad_blocks',
      `Invalid ${source}: Expected whole numbers 1 <= min <= max <= 300 but received ${received}. Set e.g. \`blocks: { min: 6, max: 20 }\`.`,
    ),
  notComparable: (suite: string, differences: readonly string[], flag: string): ChimeraError =>
    new ChimeraError(
      'not_comparable',
      `The arms of suite "${suite}" are not comparable: ${differences.join('; ')}. To compare them anyway, set \`compare: '${flag}'\` in agentBench.`,
    ),
} as const

/** Faults of a sweep's definition, found before any call is made. */
export const sweepErrors = {
  empty: (suite: string): ChimeraError =>
    new ChimeraError(
      'bad_sweep',
      `Sweep "${suite}" has no candidate: Expected a \`grid\` of options or a list of \`candidates\`. Set one, e.g. \`grid: { temperature: [0.6, 0.8] }\`.`,
    ),
  tooManyPoints: (suite: string, points: number, most: number): ChimeraError =>
    new ChimeraError(
      'bad_grid',
      `The grid of sweep "${suite}" has ${points} points: Expected at most ${most}. Give fewer values to its axes, or sweep some axes on their own.`,
    ),
  sameName: (suite: string, name: string): ChimeraError =>
    new ChimeraError(
      'same_arms',
      `Two arms of sweep "${suite}" are named "${name}". Give each candidate a different name.`,
    ),
} as const

/** What makes a trial invalid, apart from its calls and checks. */
export const trialErrors = {
  agentThrew: (error: unknown): ChimeraError =>
    new ChimeraError(
      'agent_error',
      `The agent threw: ${unended(messageOf(error))}. Fix the agent, or catch errors it can recover from.`,
      { cause: error },
    ),
  agentIgnoredAbort: (ms: number): ChimeraError =>
    new ChimeraError(
      'agent_ignored_abort',
      `The agent kept running for ${ms} ms after its signal was aborted. Pass \`signal\` to everything the agent awaits.`,
    ),
  tooLong: (part: string, ms: number): ChimeraError =>
    new ChimeraError(
      'timeout',
      `The trial reached its limit of ${ms} ms while its ${part} was running. Fix what it waits for, or raise \`trialTimeout\` in agentBench.`,
    ),
  idle: (part: string, ms: number): ChimeraError =>
    new ChimeraError(
      'timeout',
      `The trial's ${part} was still running after ${ms} ms without a model call. Fix what it waits for, or set \`trialTimeout\` in agentBench to the longest time that a trial may take.`,
    ),
  badName: (what: 'stage' | 'agent', received: unknown): ChimeraError =>
    new ChimeraError(
      'bad_name',
      `Invalid name of ${what === 'stage' ? 'a stage' : 'an agent'}: Expected a non-empty string but received ${shown(received)}. Correct it where the agent calls \`${what === 'stage' ? 'stage' : 'as'}\``,
    ),
  unrecordable: (faults: readonly string[]): ChimeraError =>
    new ChimeraError(
      'unrecordable',
      `The trial cannot be recorded: ${faults.join(' ')} Check what the agent does to the clock and to what it was given.`,
    ),
  changedClock: (): ChimeraError =>
    new ChimeraError(
      'changed_clock',
      'The agent changed the clock (performance.now), so its calls could not be timed. Use real timers while an agent runs, e.g. `vi.useRealTimers()`.',
    ),
  noCalls: (): ChimeraError =>
    new ChimeraError(
      'no_calls',
      'The agent made no model call, so there is nothing to measure. Use `generate`, `chat`, `ollama`, `fetch` or `env` of its context, or the `fetch` of the process.',
    ),
  interrupted: (): ChimeraError =>
    new ChimeraError('interrupted', 'The run was interrupted during this trial.'),
} as const

/** What ends a suite before its verdict. */
export const runErrors = {
  silent: (host: string, path: string): string =>
    `The server at ${host} accepts requests but did not answer ${path} in time. Restart the server, or set OLLAMA_HOST to another one.`,
  engineEnded: (host: string): string =>
    `The embedded engine at ${host} ended during the run; the terminal shows why. Run again; if it ends again, try a smaller num_ctx.`,
  newVersion: (host: string, was: string, is: string): string =>
    `The server at ${host} changed from version ${was} to ${is} during the run, so the blocks before and after measured different things. Run again.`,
  newDigest: (host: string, model: string): string =>
    `The digest of ${model} at ${host} changed during the run, so the blocks before and after measured different models. Run again.`,
} as const

/** Warnings of a run while it goes on. */
export const runWarnings = {
  renamedOption: (old: string, name: string, where: string): string =>
    `\`${old}\` in ${where} is now called \`${name}\`. The old name still works; use the new one.`,
  timeBudget: (ms: number, blocks: number): string =>
    `The time budget of ${ms} ms ended the suite after ${count(blocks, 'block')}. Raise \`timeBudget\` or CHIMERA_TIME_BUDGET for a verdict.`,
  noTimeToConfirm: (ms: number): string =>
    `The time budget of ${ms} ms ended the suite before fresh blocks could confirm what regressed, so the verdict of the first blocks stands. Raise \`timeBudget\` or CHIMERA_TIME_BUDGET.`,
  outOfPatience: (ms: number, blocks: number): string =>
    `The suite ended undecided after ${count(blocks, 'block')} and ${Math.round(ms / 1000)} s. Set \`blocks.max\`, or \`timeBudget\` or CHIMERA_TIME_BUDGET in ms, to let it run longer.`,
  timeBudgetTooSmall: (ms: number, needed: number, blocks: number): string =>
    `The time budget of ${ms} ms is too small for a verdict: the minimum of ${blocks} blocks takes about ${needed} ms. Raise \`timeBudget\` or CHIMERA_TIME_BUDGET.`,
  agentsReload: (arm: string, model: string, host: string): string =>
    `Agents of arm "${arm}" run ${model} at ${host} with different runner options, so the server reloads the model each time they alternate. Give each agent its own server, or set the same num_ctx, num_gpu, num_batch and num_thread.`,
  unloadFailed: (host: string, model: string): string =>
    `The server at ${host} did not unload ${model}: its runner may still have the options of another arm. Stop other clients of the model.`,
  notManaged: (host: string): string =>
    `The server at ${host} does not load or unload models on request, so it is measured as it runs: no call is known to be cold, and num_ctx and similar options are those it was started with.`,
  measuredOnce: (candidates: number, same: number): string =>
    `${same} of ${count(candidates, 'candidate')} are not measured: the server runs them the same as others. The report names them.`,
  serverAway: (host: string, ms: number): string =>
    `The server at ${host} does not answer. Waiting up to ${ms} ms for it to come back.`,
  serverBack: (host: string, ms: number): string =>
    `The server at ${host} did not answer for about ${ms} ms during the run. Its models were loaded again, each arm was warmed up again, and the block was repeated.`,
  otherModel: (arm: string, asked: string, served: string, host: string): string =>
    `The server at ${host} answered calls of arm "${arm}" for ${asked} as model "${served}". Check what serves the name, and give the arm the name of the model that is to be measured.`,
  trialBudget: (budget: number, blocks: number): string =>
    `The budget of ${budget} trials ended the sweep after ${count(blocks, 'block')}. Raise \`halving.budget\` to separate more arms.`,
} as const
