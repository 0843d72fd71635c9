/** The machines of the twins: what each of them is, and its connection. */
import type { AgentSession } from '../agent-types.ts'
import type { Hello } from '../messages.ts'
import type { ServerSession } from '../server-types.ts'
import type { Agent } from './twin-agent.ts'

export interface Link {
  readonly machine: Machine
  readonly agent: AgentSession
  readonly server: ServerSession
  readonly life: string
  readonly up: string[]
  readonly down: string[]
  hello: Hello | undefined
  agentUp: boolean
  serverUp: boolean
  /** Where its host began, with so many before it, and where it reads next. */
  readonly from: number
  readonly before: number
  position: number
}

export interface Machine {
  readonly agent: Agent
  link: Link | undefined
  /**
   * It shares its life with another one, or with its own past, and no login has shown that yet. If it ended that life
   * now, nobody could know afterwards that it was not the only one: a limit of the protocol, which is left out here.
   */
  blind: boolean
}

/** Put back with its memory: at once with a clock that shows it, or with one that does not. */
export type Recall = 'clock shows it' | 'clock does not'
