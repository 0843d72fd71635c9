/** Sessions of agents: what they send goes to the core, its commands go to them. */
import type { Socket } from 'node:net'
import { unixMs } from '@netstats/protocol'
import { createServerSession, defaults } from '@netstats/protocol/netstats'
import type { BodyMemo, ServerInput } from '@netstats/protocol/netstats'
import { originOf } from '@netstats/sdk/limits'
import type { TokenBucket } from '@netstats/sdk/limits'
import type { WebSocket } from 'ws'
import { nothingReceived } from '../../net/partial-frames.ts'
import type { AgentCounts, AgentEnding } from './netstats-counts.ts'
import type { AgentPeer } from './peer.ts'
import { end, feed } from './session-actions.ts'
import { handleCommand, sendAcks } from './session-commands.ts'
import { createSessionsState, enter, intervalsOf } from './sessions-state.ts'
import type { AgentSessionsOptions, SessionsState } from './sessions-state.ts'
import { createVerify } from './verify.ts'

export interface AgentSessions {
  readonly peers: ReadonlyMap<number, AgentPeer>
  open(socket: WebSocket, raw: Socket, address: string, budget: TokenBucket): AgentPeer
  readonly feed: (peer: AgentPeer, input: ServerInput) => void
  /** `how` is undefined for one that was refused, which is counted where it is. */
  readonly end: (peer: AgentPeer, how: AgentEnding | undefined, cut: () => void) => void
  /** It has answered a WebSocket ping. */
  answered(peer: AgentPeer): void
  /** Its connection is gone. */
  closed(peer: AgentPeer): void
  /** Sends some more of them a new report rate, where there is one. */
  spreadRate(): void
  /** Ends all sessions and refuses all logins from now on. */
  drain(): void
  readonly counts: AgentCounts
  readonly states: Readonly<Record<'awaiting-hello' | 'authenticating' | 'active', number>>
  readonly credit: { readonly window: number; readonly inFlight: number }
  readonly memo: BodyMemo
}

/** Agents that are sent a new report rate within one tick; there may be tens of thousands. */
const ratesATick = 2000

export const createAgentSessions = ({ bus, ...options }: AgentSessionsOptions): AgentSessions => {
  const state = createSessionsState(options, (message) => send(message))
  const send = bus.connect((command) => handleCommand(state, command))
  const { peers, states } = state
  return {
    peers,
    open: (socket, raw, address, budget) => open(state, { socket, raw, address, budget }),
    feed: (peer, input) => feed(state, peer, input),
    end: (peer, how, cut) => end(state, peer, how, cut),
    // What it has sent may have waited unread since before it died: only an answer shows that it lives.
    answered(peer) {
      if (!peer.probed) return
      peer.probed = false
      send({ type: 'alive', session: peer.serial })
    },
    closed: (peer) => close(state, peer),
    spreadRate: () => spreadRate(state),
    drain() {
      state.draining = true
      sendAcks(state)
      const draining: ServerInput = { type: 'drain', reason: 'draining', retryMs: defaults.drainMs }
      for (const peer of peers.values()) feed(state, peer, draining)
    },
    counts: state.counts,
    states,
    get credit() {
      let inFlight = 0
      for (const peer of peers.values()) inFlight += peer.session.inFlight
      return { window: state.rate.window * states.active, inFlight }
    },
    memo: state.memo,
  }
}

type Connection = Pick<AgentPeer, 'socket' | 'raw' | 'address' | 'budget'>

const open = (state: SessionsState, connection: Connection): AgentPeer => {
  const { memo, options, peers, states } = state
  const peer: AgentPeer = {
    ...nothingReceived(),
    ...connection,
    serial: state.serial++,
    origin: originOf(connection.address),
    unread: [],
    session: createServerSession({ memo, verify: createVerify(), compress: options.compress }),
    state: 'awaiting-hello',
    node: '',
    called: '',
    key: undefined,
    proved: false,
    probed: false,
    because: undefined,
    owed: false,
    wakeAt: 0,
  }
  states['awaiting-hello']++
  peers.set(peer.serial, peer)
  return peer
}

const close = (state: SessionsState, peer: AgentPeer): void => {
  feed(state, peer, { type: 'closed' })
  if (peer.state !== 'ended') enter(state, peer, 'ended')
  state.hellos.delete(peer)
  state.owing.delete(peer)
  const at = unixMs(Date.now())
  state.send({ type: 'closed', session: peer.serial, at })
  state.send({ type: 'gone', session: peer.serial, at })
  state.peers.delete(peer.serial)
}

const spreadRate = (state: SessionsState): void => {
  const { rate } = state
  for (let i = 0; i < ratesATick && state.toSend !== undefined; i++) {
    const next = state.toSend.next()
    if (next.done === true) state.toSend = undefined
    else if (next.value.state === 'active') {
      feed(state, next.value, { type: 'credit', window: rate.window })
      feed(state, next.value, { type: 'intervals', intervals: intervalsOf(state, rate) })
    }
  }
}
