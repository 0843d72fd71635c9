import type { Socket } from 'node:net'
import type { ServerSession } from '@netstats/protocol/netstats'
import type { WebSocket } from 'ws'
import type { PartialFrame } from '../../net/partial-frames.ts'
import type { AgentEnding } from './netstats-counts.ts'
import type { Frame, Reading } from './reading-budget.ts'

/**
 *     awaiting-hello ──hello──► authenticating ──admit──► active ──► ended
 *         └───────────────────────┴─ refuse, time-out ─────────────┘
 */
export type PeerState = 'awaiting-hello' | 'authenticating' | 'active' | 'ended'

/** One agent's connection. */
export interface AgentPeer extends PartialFrame, Reading {
  readonly serial: number
  readonly address: string
  readonly socket: WebSocket
  readonly raw: Socket
  readonly session: ServerSession
  state: PeerState
  node: string
  /** As it calls itself, for people: its own id too where that is not the node's. */
  called: string
  /** It has shown a key, and whether it has proved to hold it. */
  key: string | undefined
  proved: boolean
  /** The core wants to know whether it is alive. */
  probed: boolean
  /** Why the core ends it. */
  because: AgentEnding | undefined
  /** An acknowledgement waits for the end of this turn of the event loop. */
  owed: boolean
  /** Frames that came and that its budget did not allow to be looked at yet; no more come meanwhile. */
  readonly unread: Frame[]
  /** Monotonic time at which the session wants to be asked again. */
  wakeAt: number
}
