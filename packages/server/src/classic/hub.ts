/**
 * `/primus`, for the classic dashboard and everything made for it, and `/external`. Once a tick each network that
 * somebody looks at is asked what changed; the messages are encoded once for all its readers. A reader that can not
 * keep up is skipped, and begins anew when it can.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import {
  parseDashboardMessage,
  writeClientLatency,
  writeClientPing,
  writeLastBlock,
  writePrimusId,
  writePrimusPing,
  writePrimusPong,
} from '@netstats/protocol/ethstats'
import type { WebSocket } from 'ws'
import type { DirtyHub, DirtyReader } from '../feed/dirty-hub.ts'
import { takeTokens } from '../ingest/token-bucket.ts'
import { closeSockets, createSocketServer, frameFaultOf } from '../web-sockets.ts'
import { primusFirstMs } from '../ingest/keep-alive.ts'
import type { Core } from '../shard/model.ts'
import {
  behindAt,
  caughtUpAt,
  classicEndings,
  createReader,
  excessRate,
  giveUpAfterMs,
  requestRate,
  wantedNetwork,
} from './reader.ts'
import type { ClassicEnding, ClassicReader } from './reader.ts'
import { createRoom } from './room.ts'
import type { Room } from './room.ts'

export interface ClassicHub {
  upgrade(channel: 'primus' | 'external', request: IncomingMessage, socket: Socket, head: Buffer): void
  /** A network has a new highest block. */
  readonly head: (network: string, number: number) => void
  /** Sends what changed. Call it once a second. */
  tick(now: number): void
  close(): Promise<void>
  readonly counts: {
    readonly readers: number
    readonly external: number
    readonly messages: number
    readonly skipped: number
    /** Words of readers that said too much, and were not answered. */
    readonly ignored: number
    readonly ended: Readonly<Record<ClassicEnding, number>>
  }
}

interface Shown {
  readonly room: Room
  /** Rows came or went since the last `init` to all. */
  initWanted: boolean
  initAt: number
  /** Not again before. */
  initNotBefore: number
  /** When charts are due; never without a new block or reader. */
  chartsAt: number
  answer: { readonly text: string; readonly at: number } | undefined
}

const clientPingEveryMs = 5000
const hourMs = 3_600_000
// A new `init` raises a toast in every page and can be megabytes; more of both the larger the network.
const initPauseMs = (bytes: number): number => 10_000 * (1 + bytes / (1 << 20))
const silentLooks = 3

export interface ClassicTimes {
  /** Between WebSocket pings. */
  readonly pingEveryMs: number
  /** Between `primus::ping` to pages that wait for it. */
  readonly primusEveryMs: number
}

export const createClassicHub = (core: Core, dirtyHub: DirtyHub, times: ClassicTimes): ClassicHub => {
  const { pingEveryMs, primusEveryMs } = times
  const sockets = createSocketServer(16_384)
  const readers = new Set<ClassicReader>()
  const external = new Set<ClassicReader>()
  const shown = new Map<string, Shown>()
  const highest = new Map<string, number>()
  let dirty: DirtyReader | undefined
  let clientPingAt = -Infinity
  let lookAt = 0
  let messages = 0
  let skipped = 0
  let ignored = 0
  const ended = Object.fromEntries(classicEndings.map((one) => [one, 0])) as Record<ClassicEnding, number>
  let serial = 0
  let now = performance.now()

  const largest = (): string | undefined => {
    let best: { readonly key: string; readonly nodeCount: number } | undefined
    for (const view of core.networks()) if (best === undefined || view.nodeCount > best.nodeCount) best = view
    return best?.key
  }

  const send = (reader: ClassicReader, text: string | Buffer): void => {
    if (reader.socket.readyState !== reader.socket.OPEN) return
    messages++
    reader.socket.send(text, { binary: false })
  }

  const shownOf = (network: string): Shown | undefined => {
    const known = shown.get(network)
    if (known !== undefined) return known
    const view = core.network(network)
    if (view === undefined) return undefined
    dirty ??= dirtyHub.reader()
    dirty.take(network)
    const made: Shown = {
      room: createRoom(view, () => now),
      initWanted: false,
      initAt: now,
      initNotBefore: now,
      chartsAt: now,
      answer: undefined,
    }
    shown.set(network, made)
    return made
  }

  /** Gives a reader all rows. Without any network yet it gets none, and the rest when one appears. */
  const begin = (reader: ClassicReader): void => {
    reader.joined = true
    reader.behind = false
    const known = reader.network !== undefined && core.network(reader.network) !== undefined
    if (!known) reader.network = reader.wanted ?? largest()
    const one = reader.network === undefined ? undefined : shownOf(reader.network)
    if (one === undefined) {
      reader.network = undefined
      send(reader, '{"emit":["init",{"nodes":[]}]}')
      return
    }
    if (one.answer === undefined || now - one.answer.at > 1000) {
      one.answer = { text: one.room.init('answer'), at: now }
    }
    send(reader, one.answer.text)
    one.chartsAt = Math.min(one.chartsAt, now)
  }

  const receive = (reader: ClassicReader, text: string): void => {
    reader.heard = true
    const message = parseDashboardMessage(text)
    switch (message.type) {
      case 'ready':
        now = performance.now()
        // A page says it once a connection; one that repeats it is answered, but not while it has not read the last.
        return reader.socket.bufferedAmount > caughtUpAt ? undefined : begin(reader)
      case 'client-pong':
        return send(reader, writeClientLatency((Date.now() - message.serverTime) / 2))
      case 'primus-ping':
        reader.saidPrimusPing = true
        return send(reader, writePrimusPong(message.time))
      case 'primus-id':
        return send(reader, writePrimusId(String(serial++)))
      case 'primus-pong':
      case 'unknown':
        return
    }
  }

  /** Answers cost, and wait in memory for a reader that does not read them. */
  const mayAsk = (reader: ClassicReader): boolean => {
    if (reader.ending !== undefined) return false
    const time = performance.now()
    if (takeTokens(reader.requests, requestRate, time)) return true
    ignored++
    if (!takeTokens(reader.excess, excessRate, time)) cut(reader, 'flood')
    return false
  }

  const cut = (reader: ClassicReader, why: ClassicEnding): void => {
    reader.ending = why
    reader.socket.terminate()
  }

  const join = (channel: 'primus' | 'external', request: IncomingMessage, socket: WebSocket): void => {
    const set = channel === 'primus' ? readers : external
    const reader = createReader(socket, {
      wanted: wantedNetwork(request.url),
      primusClient: /[?&]_primuscb=/.test(request.url ?? ''),
      now: performance.now(),
      primusDueAt: performance.now() + primusFirstMs(primusEveryMs),
    })
    set.add(reader)
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (mayAsk(reader) && !isBinary) receive(reader, data.toString())
    })
    socket.on('pong', () => {
      reader.heard = true
    })
    socket.on('ping', () => {
      // `ws` cuts a peer that pings without end and does not read the answers.
      if (socket.readyState !== socket.OPEN) reader.ending ??= 'flood'
      else if (mayAsk(reader)) reader.heard = true
    })
    // `close` follows, which is all there is to do.
    socket.on('error', (error) => {
      const fault = frameFaultOf(error)
      if (fault !== undefined) reader.ending ??= fault === 'oversized' ? fault : 'protocol-error'
    })
    socket.once('close', () => {
      ended[reader.ending ?? 'gone']++
      set.delete(reader)
      if (readers.size === 0) forget()
    })
  }

  /** Nobody looks: nothing is kept up to date. */
  const forget = (): void => {
    shown.clear()
    dirty?.[Symbol.dispose]()
    dirty = undefined
  }

  /** Nobody looks at these networks any more. One that a reader has just been given stays, or it would miss what changes. */
  const forgetUnseen = (): void => {
    const seen = new Set<string | undefined>()
    for (const { joined, network } of readers) if (joined) seen.add(network)
    for (const network of shown.keys()) if (!seen.has(network)) shown.delete(network)
  }

  /** Readers that get the next messages of a network; the others are marked, cut, or begin anew. */
  const listening = (): Map<string, ClassicReader[]> => {
    const groups = new Map<string, ClassicReader[]>()
    for (const reader of readers) {
      if (!reader.joined) continue
      const unread = reader.socket.bufferedAmount
      if (reader.behind) {
        if (unread < caughtUpAt) begin(reader)
        else if (now - reader.behindSince > giveUpAfterMs) cut(reader, 'slow-reader')
        continue
      }
      if (unread > behindAt) {
        reader.behind = true
        reader.behindSince = now
        skipped++
        continue
      }
      if (reader.network === undefined || core.network(reader.network) === undefined) {
        const key = reader.wanted ?? largest()
        if (key !== undefined && core.network(key) !== undefined) begin(reader)
        continue
      }
      const group = groups.get(reader.network)
      if (group === undefined) groups.set(reader.network, [reader])
      else group.push(reader)
    }
    return groups
  }

  /** Readers that named no network move when another has clearly become the main one: after a restart the first may be small. */
  const followLargest = (): void => {
    const key = largest()
    const most = key === undefined ? 0 : (core.network(key)?.nodeCount ?? 0)
    for (const reader of readers) {
      if (!reader.joined || reader.behind || reader.wanted !== undefined || reader.network === undefined) continue
      if (reader.network === key || most <= 1.5 * (core.network(reader.network)?.nodeCount ?? 0)) continue
      reader.network = key
      begin(reader)
    }
  }

  const tell = (group: readonly ClassicReader[], text: string): void => {
    const bytes = Buffer.from(text)
    for (const reader of group) send(reader, bytes)
  }

  const tickNetwork = (network: string, group: readonly ClassicReader[]): void => {
    const one = shownOf(network)
    if (one === undefined || dirty === undefined) return
    const { messages: changed, newcomers, charts } = one.room.changes(dirty.take(network))
    // An answer kept from before these would never make up for them.
    if (changed.length > 0 || newcomers) one.answer = undefined
    for (const text of changed) tell(group, text)
    one.initWanted ||= newcomers
    if ((one.initWanted && now >= one.initNotBefore) || now - one.initAt >= hourMs) {
      const text = one.room.init('broadcast')
      one.answer = undefined
      one.initWanted = false
      one.initAt = now
      one.initNotBefore = now + initPauseMs(text.length)
      tell(group, text)
      one.chartsAt = now
    }
    if (charts) one.chartsAt = Math.min(one.chartsAt, now)
    if (now >= one.chartsAt) {
      one.chartsAt = Infinity
      tell(group, one.room.charts())
    }
  }

  const lookAfter = (set: ReadonlySet<ClassicReader>): void => {
    for (const reader of set) {
      reader.silentLooks = reader.heard ? 0 : reader.silentLooks + 1
      reader.heard = false
      if (reader.silentLooks >= silentLooks) cut(reader, 'silent')
      else if (reader.socket.readyState === reader.socket.OPEN) reader.socket.ping()
    }
  }

  const keepAlive = (set: ReadonlySet<ClassicReader>): void => {
    for (const reader of set) {
      if (!reader.primusClient || reader.saidPrimusPing || now < reader.primusDueAt) continue
      reader.primusDueAt = now + primusEveryMs
      send(reader, writePrimusPing(Date.now()))
    }
  }

  return {
    upgrade(channel, request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (ws) => join(channel, request, ws))
    },
    head(network, number) {
      if (number <= (highest.get(network) ?? -1)) return
      if (highest.size > 1000) highest.clear()
      highest.set(network, number)
      if (external.size === 0) return
      const main = largest()
      for (const reader of external) {
        if ((reader.wanted ?? main) !== network || reader.socket.bufferedAmount > caughtUpAt) continue
        send(reader, writeLastBlock(number))
      }
    },
    tick(time) {
      now = time
      if (now - lookAt >= pingEveryMs) {
        lookAt = now
        followLargest()
        lookAfter(readers)
        lookAfter(external)
      }
      keepAlive(readers)
      keepAlive(external)
      if (readers.size === 0) return
      const groups = listening()
      forgetUnseen()
      for (const [network, group] of groups) tickNetwork(network, group)
      if (now - clientPingAt < clientPingEveryMs) return
      clientPingAt = now
      const ping = writeClientPing(Date.now())
      for (const group of groups.values()) tell(group, ping)
    },
    close: () => {
      for (const reader of [...readers, ...external]) reader.ending ??= 'shutdown'
      return closeSockets([...readers, ...external].map(({ socket }) => socket))
    },
    get counts() {
      return { readers: readers.size, external: external.size, messages, skipped, ignored, ended }
    },
  }
}
