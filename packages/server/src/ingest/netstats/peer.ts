import type { Socket } from 'node:net'
import type { ServerSession } from '@netstats/protocol/netstats'
import type { WebSocket } from 'ws'
import type { Incoming } from '../unfinished.ts'
import type { AgentEnding } from './counts.ts'

/**
 *     greeting ──hello──► asking ──admitted──► open ──► over
 *         └────────────────┴─ refused, time-out ─────────┘
 */
export type PeerState = 'greeting' | 'asking' | 'open' | 'over'

/** One agent's connection. */
export interface AgentPeer extends Incoming {
  readonly serial: number
  readonly address: string
  readonly socket: WebSocket
  readonly raw: Socket
  readonly session: ServerSession
  state: PeerState
  node: string
  /** It has shown a key, and whether it has proved to hold it. */
  key: string | undefined
  proved: boolean
  /** The desk wants to know whether it lives. */
  probed: boolean
  /** Why the desk sends it away. */
  because: AgentEnding | undefined
  /** An acknowledgement waits for the end of this turn of the event loop. */
  owed: boolean
  /** Monotonic time at which the session wants to be asked again. */
  wakeAt: number
}
