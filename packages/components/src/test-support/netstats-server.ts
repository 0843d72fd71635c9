// Longer than most files: the session registry, the store and the moods of a server in one place, for tests to read.
/**
 * A Netstats server as small as one can be that keeps its word: the session of the protocol on real sockets, and a store
 * that commits a moment later. It can refuse, be busy, fall silent, cut, crash with all it has not committed, and go away.
 */
import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { inflateRawSync } from 'node:zlib'
import { encodeBody } from '@netstats/protocol'
import type { Kind, Observation } from '@netstats/protocol'
import { createServerSession, defaults, subProtocol } from '@netstats/protocol/netstats'
import type {
  DeliveredBatch,
  Hello,
  Intervals,
  Question,
  RefusalReason,
  ServerAction,
  ServerInput,
  ServerSession,
  Verify,
} from '@netstats/protocol/netstats'
import { systemClock } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

/** What the store has, in the order of its commits. */
export interface StoredObservation {
  readonly stream: string
  readonly sequence: number
  readonly kind: Kind
  readonly body: string
}

/**
 * `well`: takes and commits; `busy`: nacks every batch; `slow`: takes and never commits; `mute`: lets connect and says
 * nothing at all, as a half-open connection does.
 */
export type NetstatsMood = 'well' | 'busy' | 'slow' | 'mute'

export interface NetstatsServerOptions {
  readonly clock?: Clock
  /** What the hello has to show. */
  readonly token?: string
  /** Public key whose proof is wanted, base64. */
  readonly key?: string
  readonly tls?: { readonly cert: string; readonly key: string }
  /** From taking a batch to its commit. */
  readonly commitMs?: number
  readonly window?: number
  readonly intervals?: Intervals
  readonly batchItems?: number
  readonly compress?: boolean
  readonly durable?: boolean
}

export interface NetstatsServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  mood: NetstatsMood
  /** Every login is refused with it. */
  refusal: { readonly reason: RefusalReason; readonly retryMs?: number } | undefined
  readonly stored: readonly StoredObservation[]
  /** What must never be: stored twice, out of order, or with a hole. */
  readonly violations: readonly string[]
  readonly hellos: readonly Hello[]
  /** What `now` frames said. */
  readonly nows: readonly Observation[]
  readonly counts: { connections: number; binary: number; text: number; faults: Record<string, number> }
  readonly ended: readonly string[]
  /** Resolves when it holds; looked at whenever something happens. */
  until(test: () => boolean): Promise<void>
  /** Cuts every connection. */
  cut(): void
  /** Connections as they are now neither take nor give anything any more, and do not end. */
  freeze(): void
  /** Dies with all it had not committed, and is back at once. */
  crash(): void
  /** Gives up what it had not committed, and says so. */
  lose(): void
  credit(window: number): void
  intervals(intervals: Intervals): void
  ask(question: Question): Promise<Pick<ServerAction & { type: 'answered' }, 'blocks' | 'headers' | 'missing'>>
  drain(reason: string, retryMs: number): void
  /** Stops listening, and cuts. */
  away(): Promise<void>
  back(): Promise<void>
}

interface Stream {
  durable: number
  applied: number
}
interface Peer {
  readonly feed: (input: ServerInput) => void
  readonly session: ServerSession
  readonly socket: WebSocket
  hello: Hello | undefined
  frozen: boolean
}

const quickIntervals: Intervals = { reportMs: 5000, lingerMs: 20, pingMs: 2000 }
const nonce = Buffer.alloc(32, 7).toString('base64')

const verifySignature: Verify = (publicKey, message, signature) => {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64')])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, Buffer.from(message), key, Buffer.from(signature, 'base64'))
}

export const startNetstatsServer = async (options: NetstatsServerOptions = {}): Promise<NetstatsServer> => {
  const { clock = systemClock, commitMs = 5, tls } = options
  const streams = new Map<string, Stream>()
  const peers = new Set<Peer>()
  const stored: StoredObservation[] = []
  const violations: string[] = []
  const hellos: Hello[] = []
  const nows: Observation[] = []
  const ended: string[] = []
  const counts: NetstatsServer['counts'] = { connections: 0, binary: 0, text: 0, faults: {} }
  const answers = new Map<Question, (action: ServerAction & { type: 'answered' }) => void>()
  const forever = new AbortController()
  let watchers: (() => boolean)[] = []
  /** Commits of an earlier life do not happen. */
  let life = 0
  let sessions = 0
  let port = 0
  let listening: { readonly close: () => Promise<void> } | undefined

  const wake = (): void => {
    watchers = watchers.filter((done) => !done())
  }
  const streamOf = ({ agent, node, spool }: Hello): readonly [string, Stream] => {
    const key = `${agent} ${node} ${spool}`
    let stream = streams.get(key)
    if (stream === undefined) streams.set(key, (stream = { durable: 0, applied: 0 }))
    return [key, stream]
  }

  const decide = (peer: Peer, hello: Hello, proved: boolean): void => {
    if (server.refusal) return peer.feed({ type: 'refuse', ...server.refusal })
    if (options.token !== undefined && hello.token !== options.token)
      return peer.feed({ type: 'refuse', reason: 'bad-token' })
    if (options.key !== undefined && !proved) {
      if (hello.key !== options.key) return peer.feed({ type: 'refuse', reason: 'bad-key' as RefusalReason })
      return peer.feed({ type: 'challenge', nonce, key: options.key })
    }
    const [, stream] = streamOf(hello)
    stream.applied = Math.max(stream.applied, hello.after)
    peer.feed({
      type: 'admit',
      admission: {
        session: `s${++sessions}`,
        network: hello.info.networkId ?? 'unknown',
        through: stream.durable,
        window: options.window ?? defaults.window,
        limits: { batchItems: options.batchItems ?? defaults.batchItems, batchBytes: defaults.batchBytes },
        intervals: options.intervals ?? quickIntervals,
        ...(options.key === undefined ? {} : { key: options.key }),
        durable: options.durable ?? true,
      },
    })
  }

  const take = (peer: Peer, hello: Hello, { after, last, items }: DeliveredBatch): void => {
    const [key, stream] = streamOf(hello)
    if (server.mood === 'busy') return peer.feed({ type: 'nack', through: after, reason: 'busy', retryMs: 50 })
    if (after > stream.applied) violations.push(`${key}: a batch after ${after}, ${stream.applied} was taken`)
    const fresh = items.filter(({ sequence }) => sequence > stream.applied)
    stream.applied = Math.max(stream.applied, last)
    if (server.mood === 'slow') return
    const now = life
    void clock
      .sleep(commitMs, { signal: forever.signal })
      .then(() => {
        if (life !== now) return
        for (const { sequence, observation } of fresh) {
          if (sequence <= stream.durable) violations.push(`${key}: ${sequence} was stored after ${stream.durable}`)
          stored.push({ stream: key, sequence, kind: observation.kind, body: encodeBody(observation) })
          stream.durable = sequence
        }
        stream.durable = Math.max(stream.durable, last)
        for (const one of peers)
          if (one.hello && streamOf(one.hello)[0] === key) one.feed({ type: 'durable', through: stream.durable })
        wake()
      })
      .catch(() => undefined)
  }

  const perform = (peer: Peer, action: ServerAction): void => {
    const { hello, socket } = peer
    switch (action.type) {
      case 'send':
        if (!peer.frozen) socket.send(action.text)
        return
      case 'login':
        hellos.push(action.hello)
        peer.hello = action.hello
        return decide(peer, action.hello, false)
      case 'proved':
        if (action.ok && hello) decide(peer, hello, true)
        return
      case 'deliver':
        if (hello) take(peer, hello, action.batch)
        return
      case 'now':
        nows.push(...action.observations)
        return
      case 'answered':
        answers.get(action.question)?.(action)
        return
      case 'fault':
        counts.faults[action.code] = (counts.faults[action.code] ?? 0) + 1
        return
      case 'end':
        ended.push(action.how)
        peers.delete(peer)
        if (!peer.frozen) socket.close(action.code)
        return
      case 'unanswered':
      case 'measured':
        return
    }
  }

  const accept = (socket: WebSocket): void => {
    counts.connections++
    const session = createServerSession({
      verify: verifySignature,
      ...(options.compress === undefined ? {} : { compress: options.compress }),
    })
    let sleeping = new AbortController()
    const inputs: ServerInput[] = []
    let busy = false
    const feed = (input: ServerInput): void => {
      inputs.push(input)
      if (busy) return
      busy = true
      for (let next = inputs.shift(); next; next = inputs.shift())
        for (const action of session.take(next, { now: clock.now(), mono: clock.monotonic() })) perform(peer, action)
      busy = false
      wake()
      sleeping.abort()
      const due = session.wakeAt()
      if (due === Infinity) return
      sleeping = new AbortController()
      clock
        .sleep(due - clock.monotonic(), { signal: AbortSignal.any([sleeping.signal, forever.signal]) })
        .then(() => feed({ type: 'tick' }))
        .catch(() => undefined)
    }
    const peer: Peer = { feed, session, socket, hello: undefined, frozen: server.mood === 'mute' }
    peers.add(peer)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      peers.delete(peer)
      feed({ type: 'closed' })
    })
    socket.on('message', (data: Buffer, isBinary) => {
      if (peer.frozen) return
      counts[isBinary ? 'binary' : 'text']++
      feed({ type: 'frame', text: isBinary ? inflateRawSync(data).toString() : data.toString() })
    })
    feed({ type: 'opened' })
  }

  const cut = (): void => {
    for (const { socket } of peers) socket.terminate()
  }
  const forget = (): void => {
    life++
    for (const stream of streams.values()) stream.applied = stream.durable
  }
  const listen = async (): Promise<void> => {
    if (listening) return
    const http = tls ? createTlsServer(tls) : createServer()
    const sockets = new WebSocketServer({ server: http, path: '/agent', handleProtocols: () => subProtocol })
    sockets.on('connection', accept)
    http.listen(port, '127.0.0.1')
    await once(http, 'listening')
    port = (http.address() as AddressInfo).port
    listening = {
      close: async () => {
        const closed = [once(sockets, 'close'), once(http, 'close')]
        sockets.close()
        http.close()
        for (const socket of sockets.clients) socket.terminate()
        http.closeAllConnections()
        await Promise.all(closed)
      },
    }
  }
  const away = async (): Promise<void> => {
    const closing = listening
    listening = undefined
    await closing?.close()
  }
  await listen()

  const server: NetstatsServer = {
    url: `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}`,
    port,
    mood: 'well',
    refusal: undefined,
    stored,
    violations,
    hellos,
    nows,
    counts,
    ended,
    until: (test) =>
      new Promise((resolve) => {
        watchers.push(() => {
          const holds = test()
          if (holds) resolve()
          return holds
        })
        wake()
      }),
    cut,
    freeze: () => {
      for (const peer of peers) peer.frozen = true
    },
    crash: () => {
      forget()
      cut()
    },
    lose: () => {
      forget()
      for (const peer of peers) {
        if (peer.hello === undefined) continue
        peer.feed({ type: 'nack', through: streamOf(peer.hello)[1].durable, reason: 'lost', retryMs: 20 })
      }
    },
    credit: (window) => {
      for (const peer of peers) peer.feed({ type: 'credit', window })
    },
    intervals: (intervals) => {
      for (const peer of peers) peer.feed({ type: 'intervals', intervals })
    },
    ask: (question) =>
      new Promise((resolve) => {
        answers.set(question, ({ blocks, headers, missing }) => resolve({ blocks, headers, missing }))
        for (const peer of peers) peer.feed({ type: 'request', question })
      }),
    drain: (reason, retryMs) => {
      for (const peer of peers) peer.feed({ type: 'drain', reason, retryMs })
    },
    away,
    back: listen,
    [Symbol.asyncDispose]: async () => {
      forever.abort()
      await away()
    },
  }
  return server
}
