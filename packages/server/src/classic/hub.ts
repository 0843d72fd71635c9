/**
 * `/primus`, for the classic dashboard and everything made for it, and `/external`. Once a tick each network that
 * somebody looks at is asked what changed; the messages are encoded once for all its readers. A reader that can not
 * keep up is skipped, and begins anew when it can.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import {
  parseDashboardMessage,
  writeAction,
  writeClientLatency,
  writeInit,
  writeLastBlock,
  writePrimusId,
  writePrimusPong,
} from '@netstats/protocol/ethstats'
import type { WebSocket } from 'ws'
import type { DirtyHub, DirtyReader } from '../feed/dirty-hub.ts'
import { timed } from '../feed/pieces.ts'
import type { Pieces } from '../feed/pieces.ts'
import { createTurns } from '../feed/turns.ts'
import { createTokenBucket, refill, takeTokens } from '../ingest/token-bucket.ts'
import type { Rate } from '../ingest/token-bucket.ts'
import { closeSockets, createSocketServer, frameFaultOf } from '../web-sockets.ts'
import { primusFirstMs } from '../ingest/keep-alive.ts'
import type { Core, NetworkView } from '../shard/model.ts'
import { createCare } from './care.ts'
import type { ClassicTimes } from './care.ts'
import { emptyCharts } from './charts.ts'
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
import { createShown, lengthOf } from './shown.ts'
import type { Message, Shown } from './shown.ts'

export interface ClassicHub {
  upgrade(channel: 'primus' | 'external', request: IncomingMessage, socket: Socket, head: Buffer): void
  /** A network has a new highest block. */
  readonly head: (network: string, number: number) => void
  /**
   * Sends what changed, a few milliseconds at a time. Call it twice a second: what is under way then goes on. Throws what
   * the work has thrown since the last call.
   */
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

// All rows of a large network are dear: pages that begin share them, and making them takes a fifth of the time at most.
const rowsRate: Rate = { perSecond: 200, burst: 1000 }
/** Between two `init` for one page: one that could not take a megabyte of news shall not get thirty at once again and again. */
const onePagePauseMs = (bytes: number): number => 10_000 * (1 + bytes / (8 << 20))

const noRows: Message = [Buffer.from(writeInit([]))]
const noCharts = Buffer.from(writeAction('charts', emptyCharts))

export const createClassicHub = (core: Core, dirtyHub: DirtyHub, times: ClassicTimes): ClassicHub => {
  const { primusEveryMs } = times
  const sockets = createSocketServer(16_384)
  const readers = new Set<ClassicReader>()
  const external = new Set<ClassicReader>()
  const shown = new Map<string, Shown>()
  const highest = new WeakMap<NetworkView, number>()
  const rowsBudget = createTokenBucket(rowsRate, performance.now())
  const wanted = new Set<Shown>()
  const turns = createTurns({ monotonic: () => performance.now(), defer: setImmediate, onSlice: times.onSlice })
  let dirty: DirtyReader | undefined
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

  /** Parts go out one after the other, as frames of one message: putting them together first would hold up the others. */
  const sendMessage = (reader: ClassicReader, message: Message): void => {
    const last = message.length - 1
    if (reader.socket.readyState !== reader.socket.OPEN) return
    messages++
    for (const [i, part] of message.entries()) reader.socket.send(part, { binary: false, fin: i === last })
  }

  const shownOf = (network: string): Shown | undefined => {
    const known = shown.get(network)
    const view = core.network(network)
    // A network that went and came again is another one.
    if (known !== undefined && known.view === view) return known
    shown.delete(network)
    if (view === undefined) return undefined
    dirty ??= dirtyHub.reader()
    dirty.take(network)
    const made = createShown(view, () => performance.now())
    shown.set(network, made)
    return made
  }

  /** The reader is given all rows as soon as they can be had, and until then nothing. */
  const beginAnew = (reader: ClassicReader): void => {
    reader.joined = false
    reader.asked = true
  }

  /** Gives a reader all rows, now or at a later tick. Without any network yet it gets none, and the rest when one appears. */
  const serve = (reader: ClassicReader): void => {
    if (now < reader.notBefore || reader.socket.bufferedAmount > caughtUpAt) return
    const known = reader.network !== undefined && core.network(reader.network) !== undefined
    const network = known ? reader.network : (reader.wanted ?? largest())
    const one = network === undefined ? undefined : shownOf(network)
    const init = one === undefined ? noRows : one.kept
    // A new one takes its time: who waits for it is served when it is there.
    if (init === undefined) return one === undefined ? undefined : want(one)
    reader.asked = false
    reader.joined = true
    reader.behindSince = undefined
    reader.network = one === undefined ? undefined : network
    reader.allowance = lengthOf(init)
    reader.notBefore = now + onePagePauseMs(reader.allowance)
    sendMessage(reader, init)
    if (one === undefined) send(reader, noCharts)
    else one.wantCharts()
  }

  const want = (one: Shown): void => {
    wanted.add(one)
    turns.run(answers)
  }

  const answers = function* (): Pieces {
    for (const one of wanted) {
      wanted.delete(one)
      if (refill(rowsBudget, rowsRate, performance.now()) <= 0) continue
      if (one.kept === undefined)
        yield* timed(
          one.answer(),
          () => performance.now(),
          (ms) => (rowsBudget.tokens -= ms),
        )
      for (const reader of readers) if (reader.asked) serve(reader)
    }
  }

  const receive = (reader: ClassicReader, text: string): void => {
    reader.heard = true
    const message = parseDashboardMessage(text)
    switch (message.type) {
      case 'ready':
        // A word of pages: third parties on /external only listen.
        if (!readers.has(reader)) return
        now = performance.now()
        // A page says it once a connection; one that repeats it is answered, but not at once.
        reader.asked = true
        return serve(reader)
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

  /** Nobody looks at these networks any more. */
  const forgetUnseen = (): void => {
    const seen = new Set<string | undefined>()
    for (const { joined, network } of readers) if (joined) seen.add(network)
    for (const network of shown.keys()) {
      if (seen.has(network)) continue
      shown.delete(network)
      dirty?.leave(network)
    }
  }

  /** Networks that readers are told of next. Those that can not keep up, or whose network is gone, begin anew. */
  const listening = (): ReadonlySet<string> => {
    const networks = new Set<string>()
    for (const reader of readers) {
      const unread = reader.socket.bufferedAmount
      if (reader.behindSince !== undefined && unread >= caughtUpAt && now - reader.behindSince > giveUpAfterMs) {
        cut(reader, 'slow-reader')
      }
      if (unread < caughtUpAt) reader.allowance = 0
      if (!reader.joined) continue
      if (unread > behindAt + reader.allowance) {
        skipped++
        reader.behindSince = now
        beginAnew(reader)
      } else if (reader.network === undefined || core.network(reader.network) === undefined) {
        const key = reader.wanted ?? largest()
        if (key === undefined || core.network(key) === undefined) continue
        reader.notBefore = now
        beginAnew(reader)
      } else networks.add(reader.network)
    }
    return networks
  }

  /** Readers that named no network move when another has clearly become the main one: after a restart the first may be small. */
  const followLargest = (): void => {
    const key = largest()
    const most = key === undefined ? 0 : (core.network(key)?.nodeCount ?? 0)
    for (const reader of readers) {
      if (!reader.joined || reader.wanted !== undefined || reader.network === undefined) continue
      if (reader.network === key || most <= 1.5 * (core.network(reader.network)?.nodeCount ?? 0)) continue
      reader.network = key
      beginAnew(reader)
    }
  }

  const tellNetwork = function* (network: string): Pieces {
    const one = shownOf(network)
    if (one === undefined || dirty === undefined) return
    yield* one.messages(dirty.take(network), (message) => {
      // Also to who joined while this was made: it may be newer than what that one was given.
      for (const reader of readers) if (reader.joined && reader.network === network) sendMessage(reader, message)
    })
  }

  const round = function* (): Pieces {
    const networks = listening()
    forgetUnseen()
    for (const network of networks) yield* tellNetwork(network)
    // After the others were told, or these would be told of the same again.
    for (const reader of readers) if (reader.asked) serve(reader)
    care.pingPages(now)
  }

  const care = createCare({ readers, external, times, send, cut })

  return {
    upgrade(channel, request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (ws) => join(channel, request, ws))
    },
    head(network, number) {
      const view = core.network(network)
      if (view === undefined || number <= (highest.get(view) ?? -1)) return
      highest.set(view, number)
      if (external.size === 0) return
      const main = largest()
      for (const reader of external) {
        if ((reader.wanted ?? main) !== network || reader.socket.bufferedAmount > caughtUpAt) continue
        send(reader, writeLastBlock(number))
      }
    },
    tick(time) {
      now = time
      if (care.look(now)) followLargest()
      if (readers.size > 0 && !turns.has(round)) turns.run(round)
      turns.check()
    },
    close: () => {
      turns.finish()
      for (const reader of [...readers, ...external]) reader.ending ??= 'shutdown'
      return closeSockets([...readers, ...external].map(({ socket }) => socket))
    },
    get counts() {
      return { readers: readers.size, external: external.size, messages, skipped, ignored, ended }
    },
  }
}
