import type { AgentSession, AgentSessionOptions } from './agent-types.ts'

/** The agent's side of one connection, from `opened` to `end`. Sans-I/O: it is told what happened and says what to do. */
export const createAgentSession = (options: AgentSessionOptions): AgentSession => {
  throw new Error(`not built yet: ${options.hello.agent}`)
}
