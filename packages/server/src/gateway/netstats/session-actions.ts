/** Gives a session of the protocol its input, and does what it answers: frames to the agent, messages to the core. */
import { randomBytes } from 'node:crypto'
import { unixMs } from '@netstats/protocol'
import { defaults, limits as bounds } from '@netstats/protocol/netstats'
import type { At, Hello, ServerAction, ServerInput } from '@netstats/protocol/netstats'
import type { Login } from '../../bus/bus-messages.ts'
import { isFaulty } from '../../bus/refusal-cures.ts'
import type { Refusal } from '../../bus/refusals.ts'
import { bump } from '../counts.ts'
import { textFrame } from '../ethstats/text-frame.ts'
import type { AgentEnding } from './netstats-counts.ts'
import type { AgentPeer } from './peer.ts'
import { enter, noteRefused } from './sessions-state.ts'
import type { SessionsState } from './sessions-state.ts'

/** What a session refuses by itself, before anybody was asked, by its word. */
const ownRefusals: Readonly<Record<string, Refusal>> = {
  timeout: 'login-timeout',
  malformed: 'malformed-hello',
  version: 'malformed-hello',
}

const clockNow = (): At => ({ now: Date.now(), mono: performance.now() })

export const feed = (state: SessionsState, peer: AgentPeer, input: ServerInput): void => {
  const { counts, options } = state
  try {
    for (const action of peer.session.take(input, clockNow())) perform(state, peer, action)
    peer.wakeAt = peer.session.wakeAt()
  } catch (error) {
    // A defect of ours must cost one session, not the process. The first is logged whole, all are counted.
    if (!counts.faults.has('internal')) options.log.error({ error }, 'a frame of an agent could not be handled')
    bump(counts.faults, 'internal')
    end(state, peer, 'internal', () => peer.socket.close(1011))
  }
}

/** `how` is undefined for one that was refused, which is counted where it is. */
export const end = (state: SessionsState, peer: AgentPeer, how: AgentEnding | undefined, cut: () => void): void => {
  if (peer.state === 'active' && how !== undefined) state.counts.ended[peer.because ?? how]++
  if (peer.state !== 'ended' && how !== undefined && isFaulty(how)) noteRefused(state, peer, how)
  if (peer.state !== 'ended') {
    state.options.log.debug({ address: peer.address, node: peer.node, how }, 'agent session ended')
    enter(state, peer, 'ended')
  }
  cut()
}

const perform = (state: SessionsState, peer: AgentPeer, action: ServerAction): void => {
  const { counts, send } = state
  const session = peer.serial
  const at = unixMs(Date.now())
  switch (action.type) {
    case 'send':
      return sendText(peer, action.text)
    case 'login':
      return logIn(state, peer, action.hello)
    case 'proved': {
      const hello = state.hellos.get(peer)
      state.hellos.delete(peer)
      peer.proved = action.ok
      // A proof that failed goes to the core too: a peer that guesses is locked out in the end.
      if (hello !== undefined) askCore(state, peer, hello)
      return
    }
    case 'deliver': {
      const { after, before, last, mark, count, items } = action.batch
      counts.batches++
      counts.observations += items.length
      return send({ type: 'batch', session, at, batch: { after, before, last, mark, count, items } })
    }
    case 'now':
      counts.snapshots++
      return send({ type: 'snapshot', session, at, observations: action.observations })
    case 'answered':
      if (action.question.what === 'headers') return send({ type: 'headers', session, at, headers: action.headers })
      return send({ type: 'blocks', session, at, blocks: action.blocks.map((block) => block.body) })
    case 'unanswered':
      if (action.question.what === 'headers') return send({ type: 'headers', session, at, headers: [] })
      return send({ type: 'blocks', session, at, blocks: [] })
    case 'measured': {
      if (peer.state !== 'active') return
      const clock = peer.session.clock(clockNow())
      if (clock !== undefined) send({ type: 'clock', session, offsetMs: clock.offsetMs, errorMs: clock.errorMs })
      return send({ type: 'round-trip', session, at, roundTripMs: action.roundTripMs })
    }
    case 'fault':
      return bump(counts.faults, action.code)
    case 'end':
      return endAs(state, peer, action)
  }
}

const sendText = ({ socket, raw }: AgentPeer, text: string): void => {
  if (socket.readyState !== socket.OPEN) return
  // Acknowledgements are most of what is sent; as with ethstats, writing a small frame past `ws` halves their cost.
  const frame = textFrame(text)
  if (frame === undefined) socket.send(text)
  else raw.write(frame, 'latin1')
}

const logIn = (state: SessionsState, peer: AgentPeer, hello: Hello): void => {
  if (state.draining) return feed(state, peer, { type: 'refuse', reason: 'draining', retryMs: defaults.drainMs })
  if (hello.key === undefined) return askCore(state, peer, hello)
  peer.key = hello.key
  state.hellos.set(peer, hello)
  feed(state, peer, { type: 'challenge', nonce: randomBytes(32).toString('base64'), key: hello.key })
}

const askCore = (state: SessionsState, peer: AgentPeer, hello: Hello): void => {
  enter(state, peer, 'authenticating')
  peer.node = hello.node
  peer.called = hello.agent === hello.node ? hello.node : `${hello.agent} (node ${hello.node})`
  const login: Login = {
    protocol: 'netstats',
    node: hello.node,
    info: hello.info,
    address: peer.address,
    secret: hello.token,
    historyBatch: hello.info.canUpdateHistory === false ? 0 : bounds.requestNumbers,
    agent: {
      id: hello.agent,
      spool: hello.spool,
      lives: hello.lives,
      after: hello.after,
      acknowledged: hello.acknowledged,
      key: peer.key,
      proved: peer.proved,
    },
  }
  state.send({ type: 'login', session: peer.serial, at: unixMs(Date.now()), login })
}

const endAs = (state: SessionsState, peer: AgentPeer, action: ServerAction & { readonly type: 'end' }): void => {
  const isRefused = action.how === 'refused'
  // What the core refuses is counted where its command comes in.
  const refusal = peer.state === 'awaiting-hello' && isRefused ? ownRefusals[action.reason] : undefined
  if (refusal !== undefined) {
    state.counts.refused[refusal]++
    noteRefused(state, peer, refusal)
  }
  end(state, peer, action.how === 'refused' ? undefined : action.how, () =>
    peer.socket.close(action.code, action.reason),
  )
}
