/** What the core tells a gateway to do with an agent. */
import { randomBytes } from 'node:crypto'
import { defaults } from '@netstats/protocol/netstats'
import type { Admission, CoreCommand, EndReason } from '../../bus/bus-messages.ts'
import type { Refusal } from '../../bus/refusals.ts'
import type { AgentPeer } from './peer.ts'
import { refusalWord } from './refusal-words.ts'
import { end, feed } from './session-actions.ts'
import { enter, intervalsOf, noteRefused } from './sessions-state.ts'
import type { SessionsState } from './sessions-state.ts'

export const handleCommand = (state: SessionsState, command: CoreCommand): void => {
  if (command.type === 'rate') {
    state.rate = command.rate
    state.toSend = state.peers.values()
    return
  }
  const peer = state.peers.get(command.session)
  if (peer === undefined) return
  switch (command.type) {
    case 'admit':
      return admit(state, peer, command)
    case 'refuse':
      return refuse(state, peer, command.reason, command.retryMs)
    case 'probe':
      peer.probed = true
      if (peer.socket.readyState === peer.socket.OPEN) peer.socket.ping()
      return
    case 'end':
      return endFor(state, peer, command.reason)
    case 'request-blocks':
      state.counts.requests++
      return feed(state, peer, { type: 'request', question: { what: 'history', numbers: command.numbers } })
    case 'request-headers':
      state.counts.requests++
      return feed(state, peer, { type: 'request', question: { what: 'headers', numbers: command.numbers } })
    case 'ack':
      return acknowledge(state, peer, command.through)
    case 'nack': {
      const { through, reason, retryMs } = command
      state.counts.nacks[reason]++
      return feed(state, peer, { type: 'nack', through, reason, retryMs })
    }
  }
}

const refuse = (state: SessionsState, peer: AgentPeer, reason: Refusal, retryMs: number | undefined): void => {
  state.counts.refused[reason]++
  noteRefused(state, peer, reason)
  state.options.log.debug({ address: peer.address, node: peer.node, reason }, 'agent refused')
  feed(state, peer, { type: 'refuse', reason: refusalWord(reason), ...(retryMs !== undefined && { retryMs }) })
  enter(state, peer, 'ended')
}

const admit = (state: SessionsState, peer: AgentPeer, { network, resume }: Admission): void => {
  if (resume === undefined || peer.state !== 'authenticating') return
  enter(state, peer, 'active')
  state.options.onKnown?.(peer.raw)
  state.counts.logins++
  state.rate = resume.rate
  feed(state, peer, {
    type: 'admit',
    admission: {
      session: randomBytes(16).toString('base64url'),
      network,
      through: resume.through,
      last: resume.last,
      mark: resume.mark,
      doubt: resume.doubt,
      window: resume.rate.window,
      intervals: intervalsOf(state, resume.rate),
      limits: { batchItems: defaults.batchItems, batchBytes: defaults.batchBytes },
      ...(resume.key !== undefined && { key: resume.key }),
      durable: resume.durable,
    },
  })
}

const endFor = (state: SessionsState, peer: AgentPeer, reason: EndReason): void => {
  if (reason === 'superseded') return end(state, peer, 'superseded', () => peer.socket.terminate())
  peer.because = reason === 'drain' ? 'drained' : reason
  feed(state, peer, { type: 'drain', reason, retryMs: reason === 'revoked' ? 60_000 : defaults.drainMs })
}

const acknowledge = (state: SessionsState, peer: AgentPeer, through: number): void => {
  state.counts.acks++
  feed(state, peer, { type: 'durable', through })
  if (peer.owed) return
  peer.owed = true
  if (state.owing.size === 0) setImmediate(() => sendAcks(state))
  state.owing.add(peer)
}

/** Acknowledgements leave once a turn of the event loop, however many batches the store has committed in it. */
export const sendAcks = (state: SessionsState): void => {
  for (const peer of state.owing) {
    peer.owed = false
    feed(state, peer, { type: 'tick' })
  }
  state.owing.clear()
}
