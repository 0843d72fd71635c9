/**
 * The feed without sockets: readers come with a sink, ask, and are sent what they follow. Nothing is queued for a
 * reader: one that does not keep up is left out and later gets the state as it then is.
 */
import type { FeedMessage, FeedRequest } from '@netstats/protocol/feed'
import { takeTokens } from '../ingest/token-bucket.ts'
import type { Core, Dirty } from '../shard/model.ts'
import type { Filter } from './filter.ts'
import type { FeedLimits } from './limits.ts'
import type { CloseReason, FeedGauges, FeedMeters } from './meters.ts'
import type { Monotonic } from './network-state.ts'
import { whole } from './pieces.ts'
import type { Pieces } from './pieces.ts'
import { createReader } from './reader.ts'
import type { Membership, Reader, Sink } from './reader.ts'
import { createRegistry } from './registry.ts'
import type { Room } from './registry.ts'
import { parseRequest } from './requests.ts'
import type { RequestFault } from './requests.ts'

export interface HubOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  readonly takeDirty: (network: string) => Dirty
  /** Names this life of the server: resume points of another are worth nothing. */
  readonly epoch: string
  readonly version: string
  readonly limits: FeedLimits
  readonly meters: FeedMeters
  readonly now: () => number
  readonly monotonic: Monotonic
  /** Does work that comes in pieces, one after the other and each to its end; by default all of it at once. */
  readonly run?: (work: () => Pieces) => void
}

export interface Hub extends Disposable {
  /** Takes in a reader and welcomes it, or says why not. */
  open(sink: Sink, address: string): Reader | Extract<CloseReason, 'full' | 'address-full'>
  receive(reader: Reader, text: string): void
  pong(reader: Reader): void
  /** Forgets a reader whose connection ended; `reason` is counted. Idempotent. */
  closed(reader: Reader, reason: CloseReason): void
  /** Publishes what changed and looks after readers; to be called several times a second, by way of `run`. */
  round(): Pieces
  /** The same at once. */
  tick(): void
  gauges(): FeedGauges
}

type Fault = Omit<RequestFault, 'code'> & { readonly code: string }
type Subscribe = Extract<FeedRequest, { type: 'subscribe' }>

/** Sends and looks, of readers, that make a piece of work. */
const readersAPiece = 50

export const createHub = (options: HubOptions): Hub => {
  const { limits, meters, monotonic } = options
  const run = options.run ?? ((work: () => Pieces) => whole(work()))
  const readers = new Set<Reader>()
  const perAddress = new Map<string, number>()
  let nextTickAt = monotonic() + limits.tickMs

  const send = (reader: Reader, type: FeedMessage['type'], frame: Buffer, count = true): void => {
    reader.sink.send(frame)
    if (!count) return
    meters.count('frames_sent', { type }, 1)
    meters.count('bytes_sent', {}, frame.length)
  }

  const say = (reader: Reader, message: FeedMessage): void => {
    // Small talk is not worth a place behind a backlog.
    if (isBehind(reader)) return
    meters.count('encodes', { type: message.type }, 1)
    send(reader, message.type, Buffer.from(JSON.stringify(message)))
  }

  const fail = (reader: Reader, fault: Fault): void => {
    meters.count('errors', { code: fault.code }, 1)
    say(reader, { type: 'error', ...fault })
  }

  const isBehind = (reader: Reader): boolean => reader.sink.buffered > limits.bufferedBytes

  const registry = createRegistry({
    core: options.core,
    takeDirty: options.takeDirty,
    limits,
    now: options.now,
    monotonic,
    onWork: (ms) => meters.count('work_ms', {}, ms),
    onWanted: () => run(firsts),
    *onDelta(room, frame) {
      meters.count('encodes', { type: 'delta' }, 1)
      let sent = 0
      let looked = 0
      // Who joins meanwhile has a snapshot of what this delta leads to, and leaves it aside.
      for (const [reader, membership] of room.members) {
        if (++looked % readersAPiece === 0) yield
        if (membership.stale) continue
        if (isBehind(reader)) putOff(reader, membership)
        else {
          send(reader, 'delta', frame, false)
          sent++
        }
      }
      if (sent === 0) return
      meters.count('frames_sent', { type: 'delta' }, sent)
      meters.count('bytes_sent', {}, sent * frame.length)
    },
    onLost(room, known) {
      for (const [reader, membership] of room.members) {
        membership.stale = true
        reader.owed = true
        if (!known) tellUnknown(reader, room, membership.ids)
      }
    },
  })

  const putOff = (reader: Reader, membership: Membership): void => {
    membership.stale = true
    reader.owed = true
    meters.count('conflations', {}, 1)
  }

  const tellUnknown = (reader: Reader, room: Room, ids: Iterable<number>): void => {
    const { topic } = room.channel
    const network = 'network' in topic ? topic.network.slice(0, 80) : ''
    for (const id of ids) {
      fail(reader, {
        id,
        code: 'FEED_NETWORK_UNKNOWN',
        message: `No network "${network}" is known here now; its state follows once a node of it appears.`,
      })
    }
  }

  const leave = (reader: Reader, id: number): void => {
    const channel = reader.subscriptions.get(id)
    const membership = channel && reader.memberships.get(channel)
    if (channel === undefined || membership === undefined) return
    reader.subscriptions.delete(id)
    membership.ids.delete(id)
    if (membership.ids.size > 0) return
    reader.memberships.delete(channel)
    const room = registry.rooms.get(channel.key)
    room?.members.delete(reader)
    if (room !== undefined) registry.left(room)
  }

  const join = (reader: Reader, id: number, room: Room): Membership => {
    const membership = reader.memberships.get(room.channel) ?? { channel: room.channel, ids: new Set(), stale: false }
    membership.ids.add(id)
    reader.memberships.set(room.channel, membership)
    reader.subscriptions.set(id, room.channel)
    room.members.set(reader, membership)
    return membership
  }

  const subscribe = (reader: Reader, request: Subscribe, filter: Filter | undefined): void => {
    const { id, resume } = request
    if (!reader.subscriptions.has(id) && reader.subscriptions.size >= limits.subscriptions) {
      fail(reader, {
        id,
        code: 'FEED_SUBSCRIPTIONS_FULL',
        message: `At most ${limits.subscriptions} subscriptions a connection; unsubscribe from one first.`,
      })
      return
    }
    const { type: _type, id: _id, resume: _resume, ...topic } = request
    // Entering before leaving keeps a channel awake that is asked for again under the same id.
    const room = registry.enter(topic, filter)
    leave(reader, id)
    if (room === undefined) {
      fail(reader, {
        id,
        code: 'FEED_CHANNELS_FULL',
        message: 'Too many different views are open on this server; try again later or ask for one others look at.',
      })
      return
    }
    const membership = join(reader, id, room)
    room.dormantSince = undefined
    const missed =
      resume?.epoch === options.epoch && resume.channel === room.channel.number && !membership.stale
        ? room.channel.missed(resume.seq)
        : undefined
    if (resume !== undefined) meters.count('resumes', { result: missed === undefined ? 'miss' : 'hit' }, 1)
    if (missed !== undefined && !isBehind(reader)) {
      send(reader, 'resumed', room.channel.resumed(id, resume?.seq ?? 0, options.now()))
      for (const frame of missed) send(reader, 'delta', frame)
      return
    }
    if (!room.channel.live && 'network' in topic && options.core.network(topic.network) === undefined) {
      tellUnknown(reader, room, [id])
    }
    sendSnapshot(reader, membership, id)
  }

  const sendSnapshot = (reader: Reader, membership: Membership, id: number): void => {
    const frame = membership.stale || isBehind(reader) ? undefined : membership.channel.snapshot(id)
    if (frame !== undefined) {
      meters.count('encodes', { type: 'snapshot' }, 1)
      send(reader, 'snapshot', frame)
    } else {
      membership.stale = true
      reader.owed = true
    }
  }

  /** Gives snapshots to a reader that was put off and has drained. */
  const settle = (reader: Reader): void => {
    if (reader.sink.buffered > limits.bufferedBytes / 2) return
    let owed = false
    for (const membership of reader.memberships.values()) {
      if (!membership.stale) continue
      if (!membership.channel.live || isBehind(reader)) {
        owed = true
        continue
      }
      membership.stale = false
      for (const id of membership.ids) sendSnapshot(reader, membership, id)
      owed ||= membership.stale
    }
    reader.owed = owed
  }

  const shut = (reader: Reader, reason: CloseReason, code: number): void => {
    if (reason === 'slow' || reason === 'half-open') reader.sink.terminate()
    else reader.sink.close(code, reason)
    hub.closed(reader, reason)
  }

  const lookAfter = (reader: Reader, now: number): void => {
    if (!isBehind(reader)) reader.behindSince = undefined
    else {
      reader.behindSince ??= now
      if (now - reader.behindSince >= limits.slowMs) return shut(reader, 'slow', 1013)
    }
    if (reader.owed) settle(reader)
    if (now < reader.nextPingAt) return
    if (reader.pingUnanswered) return shut(reader, 'half-open', 1001)
    reader.pingUnanswered = true
    reader.nextPingAt = now + limits.pingMs
    reader.sink.ping()
  }

  /** Those who waited for the first answer of a room get it. */
  const firsts = function* (): Pieces {
    for (const room of yield* registry.firsts()) {
      for (const reader of room.members.keys()) if (reader.owed) settle(reader)
      yield
    }
  }

  const faulty = (reader: Reader, fault: Fault): void => {
    fail(reader, fault)
    if (!takeTokens(reader.faults, limits.faults, monotonic())) shut(reader, 'abuse', 1008)
  }

  const hub: Hub = {
    open(sink, address) {
      if (readers.size >= limits.readers) return 'full'
      if ((perAddress.get(address) ?? 0) >= limits.readersPerAddress) return 'address-full'
      const reader = createReader(sink, address, limits, monotonic())
      readers.add(reader)
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
      meters.count('readers_opened', {}, 1)
      const { epoch, version } = options
      say(reader, { type: 'welcome', feed: 1, epoch, serverTime: options.now(), version })
      return reader
    },
    receive(reader, text) {
      if (reader.closed) return
      // Any word from the peer proves that it lives.
      reader.pingUnanswered = false
      if (!takeTokens(reader.requests, limits.requests, monotonic())) {
        return faulty(reader, { code: 'FEED_RATE_LIMITED', message: 'Too many requests; ask again more slowly.' })
      }
      const parsed = parseRequest(text)
      if (!parsed.ok) {
        // A filter in the middle of being typed is no abuse.
        const report = parsed.fault.code === 'FEED_FILTER_INVALID' ? fail : faulty
        return report(reader, parsed.fault)
      }
      const { request } = parsed
      meters.count('requests', { type: request.type }, 1)
      switch (request.type) {
        case 'subscribe':
          return subscribe(reader, request, parsed.filter)
        case 'unsubscribe':
          return leave(reader, request.id)
        case 'ping':
          return say(reader, { type: 'pong', clientTime: request.clientTime, serverTime: options.now() })
      }
    },
    pong(reader) {
      reader.pingUnanswered = false
    },
    closed(reader, reason) {
      if (reader.closed) return
      reader.closed = true
      for (const id of reader.subscriptions.keys()) leave(reader, id)
      readers.delete(reader)
      const left = (perAddress.get(reader.address) ?? 1) - 1
      if (left === 0) perAddress.delete(reader.address)
      else perAddress.set(reader.address, left)
      meters.count('readers_closed', { reason }, 1)
    },
    *round() {
      yield* registry.round()
      const now = monotonic()
      const due = now >= nextTickAt
      if (due) nextTickAt = now + limits.tickMs
      const frame = due ? Buffer.from(JSON.stringify({ type: 'tick', at: options.now() })) : undefined
      let looked = 0
      for (const reader of readers) {
        // A snapshot for one that was put off is a piece of its own.
        const { owed } = reader
        lookAfter(reader, now)
        if (frame !== undefined && !reader.closed && !isBehind(reader)) send(reader, 'tick', frame)
        if (owed || ++looked % readersAPiece === 0) yield
      }
    },
    tick: () => whole(hub.round()),
    gauges() {
      const rooms = [...registry.rooms.values()]
      return {
        readers: readers.size,
        channels: rooms.length,
        dormantChannels: rooms.filter((room) => room.dormantSince !== undefined).length,
        sortedTables: registry.sortedTables,
        slowReaders: [...readers].filter((reader) => reader.owed && isBehind(reader)).length,
        ringBytes: rooms.reduce((sum, room) => sum + room.channel.ringBytes, 0),
      }
    },
    [Symbol.dispose]() {
      for (const reader of readers) shut(reader, 'shutdown', 1001)
      registry[Symbol.dispose]()
    },
  }
  return hub
}
