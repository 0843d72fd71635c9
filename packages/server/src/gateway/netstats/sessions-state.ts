/** What the gateway knows of all its agents, and the smallest steps in it. */
import { createBodyMemo, defaults } from '@netstats/protocol/netstats'
import type { BodyMemo, Hello } from '@netstats/protocol/netstats'
import type { Socket } from 'node:net'
import type { Logger } from '@netstats/sdk'
import type { ReportRate } from '../../bus/bus-messages.ts'
import type { Bus } from '../../bus/bus.ts'
import { isPassing } from '../../bus/refusal-cures.ts'
import type { Told } from '../../bus/refusal-cures.ts'
import type { Refusal } from '../../bus/refusals.ts'
import type { RefusalNotes } from '../refusal-notes.ts'
import { createAgentCounts } from './netstats-counts.ts'
import type { AgentCounts } from './netstats-counts.ts'
import type { AgentPeer } from './peer.ts'

export interface AgentSessionsOptions {
  readonly bus: Bus
  /** Unanswered pings after which an agent is gone are counted in these, milliseconds. */
  readonly pingMs: number
  /** Whether agents may compress what they send. */
  readonly compress: boolean
  /** It has logged in. */
  readonly onKnown?: (raw: Socket) => void
  readonly log: Logger
  /** Called for each refusal. */
  readonly onRefused?: RefusalNotes['add']
}

export interface SessionsState {
  readonly options: Omit<AgentSessionsOptions, 'bus'>
  readonly send: ReturnType<Bus['connect']>
  readonly counts: AgentCounts
  readonly memo: BodyMemo
  readonly peers: Map<number, AgentPeer>
  /** Hellos whose senders have yet to prove their keys. */
  readonly hellos: Map<AgentPeer, Hello>
  /** Peers that get an acknowledgement at the end of this turn of the event loop. */
  readonly owing: Set<AgentPeer>
  readonly states: Record<'awaiting-hello' | 'authenticating' | 'active', number>
  rate: ReportRate
  /** Peers that have yet to be sent the newest rate. */
  toSend: Iterator<AgentPeer> | undefined
  /** Number of the next session. */
  serial: number
  draining: boolean
}

export const createSessionsState = (options: SessionsState['options'], send: SessionsState['send']): SessionsState => ({
  options,
  send,
  counts: createAgentCounts(),
  memo: createBodyMemo(),
  peers: new Map(),
  hellos: new Map(),
  owing: new Set(),
  states: { 'awaiting-hello': 0, authenticating: 0, active: 0 },
  rate: { reportMs: defaults.intervals.reportMs, lingerMs: defaults.intervals.lingerMs, window: defaults.window },
  toSend: undefined,
  serial: 0,
  draining: false,
})

export const enter = ({ states }: SessionsState, peer: AgentPeer, state: AgentPeer['state']): void => {
  if (peer.state !== 'ended') states[peer.state]--
  peer.state = state
  if (state !== 'ended') states[state]++
}

export const noteRefused = (
  { options }: SessionsState,
  { called, address }: AgentPeer,
  reason: Refusal | Told,
): void => {
  if (isPassing(reason)) return
  options.onRefused?.({ name: called, address, reason, via: 'netstats', at: Date.now() })
}

export const intervalsOf = ({ options }: SessionsState, { reportMs, lingerMs }: ReportRate) => ({
  reportMs,
  lingerMs,
  pingMs: options.pingMs,
})
