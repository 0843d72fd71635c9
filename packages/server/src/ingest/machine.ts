/**
 * The ethstats ingest without sockets: frames, pongs and ticks go in; effects come out at once. It reads no clock and
 * makes no timers: one tick a second serves the time-outs of all sessions.
 */
import { ParseError } from '@netstats/protocol'
import type { ShedClass, UnixMs } from '@netstats/protocol'
import {
  createBlockMemo,
  dialectOf,
  parseAgentMessage,
  peekEvent,
  shedClassOfEvent,
  writeHistoryRequest,
  writeNodePong,
  writePrimusId,
  writePrimusPing,
  writePrimusPong,
  writeReady,
} from '@netstats/protocol/ethstats'
import type { AgentMessage, EthstatsEvent } from '@netstats/protocol/ethstats'
import type { Downward, Upward } from '../bus/model.ts'
import { familyOf } from './client-family.ts'
import { bump } from './counts.ts'
import type { IngestCounts, Refusal } from './counts.ts'
import { createGroups } from './groups.ts'
import { createHall, endSession, refuse } from './hall.ts'
import { mayWantPrimusPing, wantsPrimusPing } from './keep-alive.ts'
import type { Session, SessionEffects, SessionLimits } from './session.ts'
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'

export type OddFrame = 'binary' | 'oversized' | 'not-utf8' | 'protocol-error' | 'ping-flood' | 'internal'

export interface IngestMachine<S extends Session> {
  opened(session: S, now: number): void
  frame(session: S, data: Buffer, at: UnixMs): void
  /** Works through one frame that waited in the queue. */
  settle(session: S, text: string, at: UnixMs): void
  /** A frame that never became text, or that could not be handled. All but binary ones end the session. */
  oddFrame(session: S, code: OddFrame, at: number): void
  /** A WebSocket ping of the peer, which `ws` answers. */
  pinged(session: S, at: number): void
  roundTrip(session: S, ms: number, at: UnixMs): void
  closed(session: S, at: UnixMs): void
  finished(session: S, at: UnixMs): void
  refuse(session: S, reason: Refusal): void
  tick(now: number, at: UnixMs): void
  drain(): void
  /** What the desk says to the sessions. */
  readonly down: Downward
  readonly counts: IngestCounts
  readonly states: { readonly waiting: number; readonly asking: number; readonly ready: number }
  readonly blockMemo: { readonly hits: number; readonly misses: number }
}

export interface MachineOptions<S extends Session> {
  readonly effects: SessionEffects<S>
  readonly limits: SessionLimits
  /** The line to the desk that takes `down` for its other end. */
  readonly connect: (down: Downward) => Upward
}

/** Small frames that are answered or merely counted; they never wait behind blocks. */
const immediate: ReadonlySet<EthstatsEvent> = new Set(['node-ping', 'node-pong', 'primus', 'spark-latency'])
const immediateBytes = 4096
const unsentLimit = 1 << 20
const nothing = (): void => undefined

type Hello = Extract<AgentMessage, { type: 'hello' }>

// What of its budget a session keeps for the classes above: a flood of `pending` never costs it a block.
const reserves: { readonly [C in ShedClass]?: number } = { latency: 0.5, stats: 0.25, log: 0.25 }

export const createIngestMachine = <S extends Session>(options: MachineOptions<S>): IngestMachine<S> => {
  const { effects, limits } = options
  const memo = createBlockMemo()
  const bucketCount = Math.max(1, Math.round(limits.pingEveryMs / 1000))
  const buckets = Array.from({ length: bucketCount }, () => new Set<S>())
  /** Those the desk knows of, by serial. */
  const known = new Map<number, S>()
  const primus = new Set<S>()
  const throttled = new Set<S>()
  const probed = new Set<S>()
  const groups = createGroups()
  let bucketNow = 0

  const fault = (session: S, code: string, at: number): void => {
    bump(hall.counts.badFrames, code)
    session.faults ??= createTokenBucket(limits.faults, at)
    if (takeTokens(session.faults, limits.faults, at)) return
    if (session.state === 'ready') endSession(hall, session, 'faults')
    else if (session.state === 'waiting') refuse(hall, session, 'malformed-hello', 'too many faults')
  }

  const beforeReady = (session: S, event: EthstatsEvent | undefined, data: Buffer, at: UnixMs): void => {
    if (session.state === 'closed' || session.state === 'ending') return
    // geth takes any frame before `ready` for a refusal, so nothing is answered here, not even pings.
    if (session.state === 'asking') return bump(hall.counts.badFrames, 'before-ready')
    if (event !== 'hello') return fault(session, 'before-hello', at)
    if (data.length > limits.helloBytes) {
      bump(hall.counts.badFrames, 'hello-too-large')
      return refuse(hall, session, 'malformed-hello', 'too large')
    }
    const message = read(session, data.toString(), at)
    if (message === undefined) {
      if (session.state === 'waiting') refuse(hall, session, 'malformed-hello')
    } else if (message.type !== 'hello') fault(session, 'before-hello', at)
    else if (hall.draining) refuse(hall, session, 'draining')
    else login(session, message, at)
  }

  const login = (session: S, { id, info, secret }: Hello, at: UnixMs): void => {
    const dialect = dialectOf(info.client, info)
    hall.waiting.delete(session)
    hall.asking.add(session)
    known.set(session.serial, session)
    session.state = 'asking'
    session.id = id
    session.client = info.client ?? ''
    session.family = familyOf(info.client)
    session.dialect = dialect
    const historyBatch = info.canUpdateHistory === false ? 0 : dialect.historyBatch
    up.login(session.serial, at, {
      protocol: 'ethstats',
      node: id,
      info,
      address: session.address,
      secret,
      historyBatch,
    })
  }

  /** Joins what looks after sessions, and says so to its peer: `ready` is the first frame it gets. */
  const admitted = (session: S, network: string): void => {
    if (session.state !== 'asking') return
    session.group = groups.join(network)
    hall.asking.delete(session)
    hall.ready.add(session)
    session.state = 'ready'
    session.admitted = true
    hall.counts.logins++
    bump(hall.counts.clients, session.family)
    bucketOf(session).add(session)
    if (mayWantPrimusPing(session)) primus.add(session)
    effects.send(session, writeReady())
    effects.log(session, 'login', session.client)
  }

  const down: Downward = {
    admitted: (serial, { network }) => withSession(serial, (session) => admitted(session, network)),
    refused: (serial, reason) =>
      withSession(serial, (session) => {
        known.delete(serial)
        if (session.state === 'asking') refuse(hall, session, reason, session.id)
      }),
    probe: (serial) =>
      withSession(serial, (session) => {
        session.probed = true
        probed.add(session)
        effects.ping(session)
      }),
    end: (serial, reason) => withSession(serial, (session) => endSession(hall, session, reason)),
    ask: (serial, numbers) =>
      withSession(serial, (session) => {
        const request = writeHistoryRequest(numbers)
        if (session.state !== 'ready' || request === undefined) return
        hall.counts.historyAsked++
        effects.send(session, request)
      }),
    // Of the acknowledged protocol only.
    ack: nothing,
    nack: nothing,
    pace: nothing,
  }

  const withSession = (serial: number, use: (session: S) => void): void => {
    const session = known.get(serial)
    if (session !== undefined) use(session)
  }

  const bucketOf = (session: S): Set<S> => buckets[session.serial % bucketCount] as Set<S>

  const read = (session: S, text: string, at: number): AgentMessage | undefined => {
    try {
      return parseAgentMessage(text, session.dialect, memo)
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      fault(session, error.code, at)
      return undefined
    }
  }

  const own = (session: S, id: string | undefined, at: number): boolean => {
    if (id === undefined || id === session.id) return true
    fault(session, 'stolen-id', at)
    return false
  }

  const settle = (session: S, text: string, at: UnixMs): void => {
    if (!session.admitted) return
    const message = read(session, text, at)
    if (message === undefined) return
    switch (message.type) {
      case 'report': {
        if (!own(session, message.id, at)) return
        for (const report of message.reports) up.observed(session.serial, at, report.kind, report.body)
        return
      }
      case 'history': {
        if (!own(session, message.id, at)) return
        if (message.skipped > 0) bump(hall.counts.badFrames, 'history-entry', message.skipped)
        hall.counts.historyBlocks += message.blocks.length
        return up.answered(session.serial, at, message.blocks)
      }
      case 'hello': {
        // Some Nethermind builds greet several times in a second. Without end it is a fault like any other.
        if (!own(session, message.id, at)) return
        fault(session, 'repeated-hello', at)
        return session.state === 'ready' ? up.greeted(session.serial, at, message.info) : undefined
      }
      case 'node-ping':
        session.saidNodePing = true
        return effects.send(session, writeNodePong(message.clientTime, at))
      case 'primus-ping':
        session.saidPrimusPing = true
        return effects.send(session, writePrimusPong(message.time))
      case 'primus-id':
        return effects.send(session, writePrimusId(String(session.serial)))
      case 'unknown':
        return bump(hall.counts.badFrames, message.name === 'event' ? 'unknown-event' : 'unknown-value')
      case 'primus-pong':
      case 'node-pong':
      case 'spark-latency':
        return
    }
  }

  const leave = (session: S): void => {
    hall.waiting.delete(session)
    hall.asking.delete(session)
    bucketOf(session).delete(session)
    primus.delete(session)
    throttled.delete(session)
    probed.delete(session)
  }

  /**
   * Takes a frame from its session's budgets; false where it is to be shed. Blocks and inventory are never shed here: a
   * session that sends too many of them, or too many bytes, is read from more slowly.
   */
  const spend = (session: S, shedClass: ShedClass, bytes: number, at: number): boolean => {
    const reserve = reserves[shedClass]
    if (reserve !== undefined && !takeTokens(session.frames, limits.frames, at, 1, limits.frames.burst * reserve)) {
      return false
    }
    if (reserve === undefined) {
      refill(session.frames, limits.frames, at)
      session.frames.tokens--
    }
    session.bytes.tokens -= bytes
    if (session.bytes.tokens < 0 || session.frames.tokens < 0) throttle(session, at)
    return true
  }

  const throttle = (session: S, at: number): void => {
    if (session.throttled || hasBudget(session, at)) return
    session.throttled = true
    throttled.add(session)
    effects.throttle(session, true)
  }

  const hasBudget = (session: S, at: number): boolean =>
    refill(session.bytes, limits.bytes, at) >= 0 && refill(session.frames, limits.frames, at) >= 0

  const lookAfter = (session: S): void => {
    if (effects.unsent(session) > unsentLimit) return endSession(hall, session, 'slow-reader')
    if (session.heard || session.paused || session.throttled) session.silentRounds = 0
    else if (++session.silentRounds * limits.pingEveryMs >= limits.silenceMs) return endSession(hall, session, 'silent')
    // Whoever speaks lives; for the round trip alone every other time is enough. A ping and its pong cost like two reports.
    const spare = session.heard && !session.pingSpared
    session.heard = false
    session.pingSpared = spare
    if (!spare) effects.ping(session)
  }

  /** What it has sent may have waited unread since before it died: of those that answer pings, only an answer shows life. */
  const heard = (session: S): void => {
    session.heard = true
    if (session.probed && !session.answersPings) alive(session)
  }

  /**
   * One that is not read from cannot answer, and is busy rather than dead. Whether its connection is gone shows when it is
   * written to: at the second time, where the peer was killed without a word.
   */
  const askAgain = (session: S): void => {
    if (!session.paused && !session.throttled) return
    if (session.probedTwice) return alive(session)
    session.probedTwice = true
    effects.ping(session)
  }

  const alive = (session: S): void => {
    session.probed = false
    session.probedTwice = false
    probed.delete(session)
    up.alive(session.serial)
  }

  const up = options.connect(down)
  const hall = createHall(effects, limits, up)

  return {
    opened(session, now) {
      hall.now = Math.max(hall.now, now)
      hall.waiting.add(session)
    },
    frame(session, data, at) {
      heard(session)
      hall.counts.bytes += data.length
      const event = peekEvent(data)
      hall.counts.events[event ?? 'unknown']++
      if (session.state !== 'ready') return beforeReady(session, event, data, at)
      const shedClass = shedClassOfEvent(event)
      if (!spend(session, shedClass, data.length, at)) return effects.shed(shedClass)
      if (event !== undefined && immediate.has(event) && data.length <= immediateBytes) {
        return settle(session, data.toString(), at)
      }
      effects.queue(session, data.toString(), shedClass, at)
    },
    settle,
    oddFrame(session, code, at) {
      // Binary frames mean nothing here and are left aside, as long as they are few.
      if (code === 'binary') return fault(session, code, at)
      bump(hall.counts.badFrames, code)
      endSession(hall, session, code === 'not-utf8' ? 'protocol-error' : code === 'ping-flood' ? 'faults' : code)
    },
    pinged(session, at) {
      heard(session)
      if (!takeTokens(session.frames, limits.frames, at)) fault(session, 'ping-flood', at)
    },
    roundTrip(session, ms, at) {
      session.answersPings = true
      session.heard = true
      if (session.probed) alive(session)
      if (session.state === 'ready') up.roundTrip(session.serial, at, ms)
    },
    closed(session, at) {
      endSession(hall, session, 'peer')
      session.state = 'closed'
      leave(session)
      if (known.has(session.serial)) up.closed(session.serial, at)
      effects.end(session)
    },
    finished(session, at) {
      if (!known.delete(session.serial)) return
      if (session.admitted) bump(hall.counts.clients, session.family, -1)
      groups.leave(session.group)
      session.group = undefined
      session.admitted = false
      up.gone(session.serial, at)
    },
    refuse(session, reason) {
      refuse(hall, session, reason)
    },
    tick(now, at) {
      hall.now = now
      for (const session of hall.waiting) {
        if (now - session.openedAt < limits.loginTimeoutMs) break
        refuse(hall, session, 'login-timeout')
      }
      for (const session of probed) askAgain(session)
      for (const session of primus) {
        if (now < session.primusDueAt) continue
        if (!wantsPrimusPing(session)) {
          primus.delete(session)
          continue
        }
        session.primusDueAt = now + limits.primusEveryMs
        effects.send(session, writePrimusPing(at))
      }
      for (const session of throttled) {
        if (!hasBudget(session, at)) continue
        throttled.delete(session)
        session.throttled = false
        effects.throttle(session, false)
      }
      bucketNow = (bucketNow + 1) % bucketCount
      for (const session of buckets[bucketNow] ?? []) lookAfter(session)
    },
    drain() {
      hall.draining = true
      for (const session of hall.waiting) refuse(hall, session, 'draining')
      for (const session of hall.asking) refuse(hall, session, 'draining')
      for (const session of hall.ready) endSession(hall, session, 'drain')
    },
    down,
    counts: hall.counts,
    get states() {
      return { waiting: hall.waiting.size, asking: hall.asking.size, ready: hall.ready.size }
    },
    blockMemo: memo,
  }
}
