/**
 * What happens to agents' sessions: what they say is done, what the desk says they are told. Acknowledgements leave once a
 * turn of the event loop, however many batches the store has committed in it.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { unixMs } from '@netstats/protocol'
import { createBodyMemo, createServerSession, defaults, limits as bounds } from '@netstats/protocol/netstats'
import type { At, BodyMemo, Hello, ServerAction, ServerInput } from '@netstats/protocol/netstats'
import type { Logger } from '@netstats/sdk'
import type { WebSocket } from 'ws'
import type { Admitted, Downward, Pace, Upward } from '../../bus/model.ts'
import { bump } from '../counts.ts'
import type { Refusal } from '../counts.ts'
import { textFrame } from '../text-frame.ts'
import { noneIncoming } from '../unfinished.ts'
import { createAgentCounts } from './counts.ts'
import type { AgentCounts, AgentEnding } from './counts.ts'
import type { AgentPeer } from './peer.ts'
import { refusalWord } from './refusal-words.ts'
import { verifySignature } from './verify.ts'

export interface AgentSessionsOptions {
  /** The line to the desk that takes `down` for its other end. */
  readonly connect: (down: Downward) => Upward
  /** Unanswered pings after which an agent is gone are counted in these, milliseconds. */
  readonly pingMs: number
  /** Whether agents may compress what they send. */
  readonly compress: boolean
  readonly log: Logger
}

export interface AgentSessions {
  readonly peers: ReadonlyMap<number, AgentPeer>
  open(socket: WebSocket, raw: Socket, address: string): AgentPeer
  readonly feed: (peer: AgentPeer, input: ServerInput) => void
  /** `how` is undefined for one that was refused, which is counted where it is. */
  readonly end: (peer: AgentPeer, how: AgentEnding | undefined, cut: () => void) => void
  /** It has answered a WebSocket ping. */
  answered(peer: AgentPeer): void
  /** Its connection is gone. */
  closed(peer: AgentPeer): void
  /** Tells some more of them of a new pace, where there is one. */
  spreadPace(): void
  /** Sends all away; nobody is let in any more. */
  drain(): void
  readonly counts: AgentCounts
  readonly states: { readonly greeting: number; readonly asking: number; readonly open: number }
  readonly credit: { readonly window: number; readonly inFlight: number }
  readonly memo: BodyMemo
}

/** What a session refuses by itself, before anybody was asked, by its word. */
const ownRefusals: Readonly<Record<string, Refusal>> = {
  timeout: 'login-timeout',
  malformed: 'malformed-hello',
  version: 'malformed-hello',
}

/** Agents that are told of a new pace within one tick; there may be tens of thousands. */
const paceATick = 2000

export const createAgentSessions = (options: AgentSessionsOptions): AgentSessions => {
  const { log } = options
  const counts = createAgentCounts()
  const memo = createBodyMemo()
  const peers = new Map<number, AgentPeer>()
  const hellos = new Map<AgentPeer, Hello>()
  const owing = new Set<AgentPeer>()
  const states = { greeting: 0, asking: 0, open: 0 }
  let pace: Pace = {
    reportMs: defaults.intervals.reportMs,
    lingerMs: defaults.intervals.lingerMs,
    window: defaults.window,
  }
  let toPace: Iterator<AgentPeer> | undefined
  let serial = 0
  let draining = false

  const at = (): At => ({ now: Date.now(), mono: performance.now() })

  const enter = (peer: AgentPeer, state: AgentPeer['state']): void => {
    if (peer.state !== 'over') states[peer.state]--
    peer.state = state
    if (state !== 'over') states[state]++
  }

  const intervalsOf = ({ reportMs, lingerMs }: Pace) => ({ reportMs, lingerMs, pingMs: options.pingMs })

  const ask = (peer: AgentPeer, hello: Hello): void => {
    enter(peer, 'asking')
    peer.node = hello.node
    up.login(peer.serial, unixMs(Date.now()), {
      protocol: 'netstats',
      node: hello.node,
      info: hello.info,
      address: peer.address,
      secret: hello.token,
      historyBatch: hello.info.canUpdateHistory === false ? 0 : bounds.requestNumbers,
      agent: { id: hello.agent, spool: hello.spool, after: hello.after, key: peer.key, proved: peer.proved },
    })
  }

  const perform = (peer: AgentPeer, action: ServerAction): void => {
    const { socket, serial: id } = peer
    switch (action.type) {
      case 'send': {
        if (socket.readyState !== socket.OPEN) return
        // Acknowledgements are most of what is sent; as with ethstats, writing a small frame past `ws` halves their cost.
        const frame = textFrame(action.text)
        if (frame === undefined) socket.send(action.text)
        else peer.raw.write(frame, 'latin1')
        return
      }
      case 'login': {
        const { hello } = action
        if (draining) return feed(peer, { type: 'refuse', reason: 'draining', retryMs: defaults.drainMs })
        if (hello.key === undefined) return ask(peer, hello)
        peer.key = hello.key
        hellos.set(peer, hello)
        return feed(peer, { type: 'challenge', nonce: randomBytes(32).toString('base64'), key: hello.key })
      }
      case 'proved': {
        const hello = hellos.get(peer)
        hellos.delete(peer)
        peer.proved = action.ok
        // Also a proof that failed is told: whoever guesses is locked out in the end.
        if (hello !== undefined) ask(peer, hello)
        return
      }
      case 'deliver': {
        const { after, last, items } = action.batch
        counts.batches++
        counts.observations += items.length
        return up.batch(id, unixMs(Date.now()), { after, last, items })
      }
      case 'now':
        counts.nows++
        return up.now(id, unixMs(Date.now()), action.observations)
      case 'answered':
        return up.answered(
          id,
          unixMs(Date.now()),
          action.blocks.map((block) => block.body),
        )
      case 'unanswered':
        return up.answered(id, unixMs(Date.now()), [])
      case 'measured': {
        if (peer.state !== 'open') return
        up.roundTrip(id, unixMs(Date.now()), action.roundTripMs)
        const clock = peer.session.clock(at())
        if (clock !== undefined) up.clock(id, clock.offsetMs, clock.errorMs)
        return
      }
      case 'fault':
        return bump(counts.faults, action.code)
      case 'end': {
        // What the desk or its gate refuses is counted where they say so.
        const refusal = peer.state === 'greeting' && action.how === 'refused' ? ownRefusals[action.reason] : undefined
        if (refusal !== undefined) counts.refused[refusal]++
        return end(peer, action.how === 'refused' ? undefined : action.how, () =>
          socket.close(action.code, action.reason),
        )
      }
    }
  }

  /** `how` is undefined for one that was refused, which is counted where it is. */
  const end = (peer: AgentPeer, how: AgentEnding | undefined, cut: () => void): void => {
    if (peer.state === 'open' && how !== undefined) counts.ended[peer.because ?? how]++
    if (peer.state !== 'over') {
      log.debug({ address: peer.address, node: peer.node, how }, 'agent session ended')
      enter(peer, 'over')
    }
    cut()
  }

  const feed = (peer: AgentPeer, input: ServerInput): void => {
    try {
      for (const action of peer.session.take(input, at())) perform(peer, action)
      peer.wakeAt = peer.session.wakeAt()
    } catch (error) {
      // A defect of ours must cost one session, not the process. The first is logged whole, all are counted.
      if (!counts.faults.has('internal')) log.error({ error }, 'a frame of an agent could not be handled')
      bump(counts.faults, 'internal')
      end(peer, 'internal', () => peer.socket.close(1011))
    }
  }

  const settle = (): void => {
    for (const peer of owing) {
      peer.owed = false
      feed(peer, { type: 'tick' })
    }
    owing.clear()
  }

  const withPeer = (id: number, use: (peer: AgentPeer) => void): void => {
    const peer = peers.get(id)
    if (peer !== undefined) use(peer)
  }

  const refused = (peer: AgentPeer, reason: Refusal, retryMs: number | undefined): void => {
    counts.refused[reason]++
    log.debug({ address: peer.address, node: peer.node, reason }, 'agent refused')
    feed(peer, { type: 'refuse', reason: refusalWord(reason), ...(retryMs !== undefined && { retryMs }) })
    enter(peer, 'over')
  }

  const admit = (peer: AgentPeer, { network, resume }: Admitted): void => {
    if (resume === undefined || peer.state !== 'asking') return
    enter(peer, 'open')
    counts.logins++
    pace = resume.pace
    feed(peer, {
      type: 'admit',
      admission: {
        session: randomBytes(16).toString('base64url'),
        network,
        through: resume.through,
        window: resume.pace.window,
        intervals: intervalsOf(resume.pace),
        limits: { batchItems: defaults.batchItems, batchBytes: defaults.batchBytes },
        ...(resume.key !== undefined && { key: resume.key }),
        durable: resume.durable,
      },
    })
  }

  const down: Downward = {
    admitted: (id, admitted) => withPeer(id, (peer) => admit(peer, admitted)),
    refused: (id, reason, retryMs) => withPeer(id, (peer) => refused(peer, reason, retryMs)),
    probe: (id) =>
      withPeer(id, (peer) => {
        peer.probed = true
        if (peer.socket.readyState === peer.socket.OPEN) peer.socket.ping()
      }),
    end: (id, reason) =>
      withPeer(id, (peer) => {
        if (reason === 'superseded') return end(peer, 'superseded', () => peer.socket.terminate())
        peer.because = reason === 'drain' ? 'drained' : reason
        feed(peer, { type: 'drain', reason, retryMs: reason === 'revoked' ? 60_000 : defaults.drainMs })
      }),
    ask: (id, numbers) =>
      withPeer(id, (peer) => {
        counts.asked++
        feed(peer, { type: 'request', question: { what: 'history', numbers } })
      }),
    ack: (id, through) =>
      withPeer(id, (peer) => {
        counts.acks++
        feed(peer, { type: 'durable', through })
        if (peer.owed) return
        peer.owed = true
        if (owing.size === 0) setImmediate(settle)
        owing.add(peer)
      }),
    nack: (id, through, reason, retryMs) =>
      withPeer(id, (peer) => {
        counts.nacks[reason]++
        feed(peer, { type: 'nack', through, reason, retryMs })
      }),
    pace(next) {
      pace = next
      toPace = peers.values()
    },
  }
  const up = options.connect(down)

  return {
    peers,
    open(socket, raw, address) {
      const peer: AgentPeer = {
        ...noneIncoming(),
        serial: serial++,
        address,
        socket,
        raw,
        session: createServerSession({ memo, verify: verifySignature, compress: options.compress }),
        state: 'greeting',
        node: '',
        key: undefined,
        proved: false,
        probed: false,
        because: undefined,
        owed: false,
        wakeAt: 0,
      }
      states.greeting++
      peers.set(peer.serial, peer)
      return peer
    },
    feed,
    end,
    // What it has sent may have waited unread since before it died: only an answer shows that it lives.
    answered(peer) {
      if (!peer.probed) return
      peer.probed = false
      up.alive(peer.serial)
    },
    closed(peer) {
      feed(peer, { type: 'closed' })
      if (peer.state !== 'over') enter(peer, 'over')
      hellos.delete(peer)
      owing.delete(peer)
      const now = unixMs(Date.now())
      up.closed(peer.serial, now)
      up.gone(peer.serial, now)
      peers.delete(peer.serial)
    },
    spreadPace() {
      for (let i = 0; i < paceATick && toPace !== undefined; i++) {
        const next = toPace.next()
        if (next.done === true) toPace = undefined
        else if (next.value.state === 'open') {
          feed(next.value, { type: 'credit', window: pace.window })
          feed(next.value, { type: 'intervals', intervals: intervalsOf(pace) })
        }
      }
    },
    drain() {
      draining = true
      settle()
      for (const peer of peers.values()) feed(peer, { type: 'drain', reason: 'draining', retryMs: defaults.drainMs })
    },
    counts,
    states,
    get credit() {
      let inFlight = 0
      for (const peer of peers.values()) inFlight += peer.session.inFlight
      return { window: pace.window * states.open, inFlight }
    },
    memo,
  }
}
