import type { Agent, AgentContext } from './agent.ts'

const MEMBERS: unique symbol = Symbol('members')

/** Several agents that work at once on the same trial. */
export interface Team extends Agent {
  [MEMBERS]: Readonly<Record<string, Agent>>
}

/**
 * One agent of several: all start together, each with its own config (`agents` of the arm), and the
 * trial's output is what each returned, by name. Every block also runs each of them alone, so that
 * speedup and slowdown are measured against the truth instead of guessed from the sum of the parts.
 *
 * ```ts
 * agentBench('pair', team({ collector, insight }), { baseline, candidate: { ...baseline, name: 'chimera', agents: { insight: { options: { num_ctx: 1024 } } } } })
 * ```
 */
export function team(members: Readonly<Record<string, Agent>>): Team {
  const together = async (context: AgentContext): Promise<Record<string, unknown>> => {
    const work = Object.entries(members).map(
      async ([name, member]) => [name, await context.as(name, member)] as const,
    )
    return Object.fromEntries(await Promise.all(work))
  }
  return Object.assign(together, { [MEMBERS]: members })
}

/** Names of the agents of a team; none for a single agent. */
export function membersOf(agent: Agent): string[] {
  return Object.keys(teamMembers(agent))
}

/** The agent that runs one member of a team by itself. */
export function soloAgent(agent: Agent, name: string): Agent {
  const member = teamMembers(agent)[name] ?? agent
  return async (context) => ({ [name]: await context.as(name, member) })
}

function teamMembers(agent: Agent & Partial<Team>): Readonly<Record<string, Agent>> {
  return agent[MEMBERS] ?? {}
}
