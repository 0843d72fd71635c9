/**
 * The ethstats ingest without sockets: frames, pongs and ticks go in; effects come out at once. It reads no clock and
 * makes no timers: one tick a second serves the time-outs of all sessions.
 */
import { ParseError, nodeId } from '@netstats/protocol'
import type { Observation, ShedClass, UnixMs } from '@netstats/protocol'
import {
  createBlockMemo,
  parseAgentMessage,
  peekEvent,
  shedClassOfEvent,
  writeHistoryRequest,
  writeNodePong,
  writePrimusId,
  writePrimusPing,
  writePrimusPong,
} from '@netstats/protocol/ethstats'
import type { AgentMessage, EthstatsEvent } from '@netstats/protocol/ethstats'
import { bump } from './counts.ts'
import type { IngestCounts, Refusal } from './counts.ts'
import { createHall, endSession, refuse } from './hall.ts'
import type { Hall } from './hall.ts'
import { createHistoryPlan } from './history.ts'
import type { HistoryPlan } from './history.ts'
import { mayWantPrimusPing, wantsPrimusPing } from './keep-alive.ts'
import { announceGone, followNode, greetAgain, holderGone, holderLives, login } from './login.ts'
import type { SecretCheck } from './secrets.ts'
import type { Session, SessionEffects, SessionLimits } from './session.ts'
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'

export type OddFrame = 'binary' | 'oversized' | 'not-utf8' | 'protocol-error' | 'ping-flood' | 'internal'

export interface IngestMachine<S extends Session> {
  opened(session: S, now: number): void
  frame(session: S, data: Uint8Array, at: UnixMs): void
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
  readonly counts: IngestCounts
  readonly states: { readonly waiting: number; readonly claiming: number; readonly ready: number }
  readonly historyOutstanding: number
  readonly blockMemo: { readonly hits: number; readonly misses: number }
}

export interface MachineOptions<S extends Session> {
  readonly effects: SessionEffects<S>
  readonly limits: SessionLimits
  readonly accepts: SecretCheck
}

/** Small frames that are answered or merely counted; they never wait behind blocks. */
const immediate: ReadonlySet<EthstatsEvent> = new Set(['node-ping', 'node-pong', 'primus', 'spark-latency'])
const immediateBytes = 4096
const unsentLimit = 1 << 20
// What of its budget a session keeps for the classes above: a flood of `pending` never costs it a block.
const reserves: { readonly [C in ShedClass]?: number } = { latency: 0.5, stats: 0.25, log: 0.25 }

export const createIngestMachine = <S extends Session>(options: MachineOptions<S>): IngestMachine<S> => {
  const { effects, limits } = options
  const hall = createHall(effects, limits, options.accepts)
  const history = createHistoryPlan<S>({
    timeoutMs: limits.historyTimeoutMs,
    sessionsPerNetwork: limits.historySessions,
  })
  const memo = createBlockMemo()
  const bucketCount = Math.max(1, Math.round(limits.pingEveryMs / 1000))
  const buckets = Array.from({ length: bucketCount }, () => new Set<S>())
  const primus = new Set<S>()
  const throttled = new Set<S>()
  let bucketNow = 0

  const fault = (session: S, code: string, at: number): void => {
    bump(hall.counts.badFrames, code)
    session.faults ??= createTokenBucket(limits.faults, at)
    if (takeTokens(session.faults, limits.faults, at)) return
    if (session.state === 'ready') endSession(hall, session, 'faults')
    else if (session.state === 'waiting') refuse(hall, session, 'malformed-hello', 'too many faults')
  }

  const beforeReady = (session: S, event: EthstatsEvent | undefined, data: Uint8Array, at: UnixMs): void => {
    if (session.state === 'closed' || session.state === 'ending') return
    // geth takes any frame before `ready` for a refusal, so nothing is answered here, not even pings.
    if (session.state === 'claiming') return bump(hall.counts.badFrames, 'before-ready')
    if (event !== 'hello') return fault(session, 'before-hello', at)
    if (data.length > limits.helloBytes) {
      bump(hall.counts.badFrames, 'hello-too-large')
      return refuse(hall, session, 'malformed-hello', 'too large')
    }
    const message = read(session, decode(data), at)
    if (message === undefined) {
      if (session.state === 'waiting') refuse(hall, session, 'malformed-hello')
    } else if (message.type !== 'hello') fault(session, 'before-hello', at)
    else {
      login(hall, session, message, at)
      greet(session)
    }
  }

  /** Joins what looks after sessions; a claimed one joins when it is let in. */
  const greet = (session: S): void => {
    if (session.state !== 'ready') return
    bucketOf(session).add(session)
    if (mayWantPrimusPing(session)) primus.add(session)
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

  const observe = (session: S, kind: Observation['kind'], body: Observation['body'], at: UnixMs): void => {
    const observation = { kind, node: nodeId(session.id), observedAt: at, body } as Observation
    effects.apply({ type: 'observation', at, network: session.network, observation })
  }

  const settle = (session: S, text: string, at: UnixMs): void => {
    if (!session.announced) return
    const message = read(session, text, at)
    if (message === undefined) return
    switch (message.type) {
      case 'report': {
        if (!own(session, message.id, at)) return
        for (const report of message.reports) observe(session, report.kind, report.body, at)
        if (message.reports[0]?.kind === 'latency') askHistory(hall, history, session)
        return
      }
      case 'history':
        return own(session, message.id, at) ? takeHistory(session, message, at) : undefined
      case 'hello': {
        // Some Nethermind builds greet several times in a second. Without end it is a fault like any other.
        if (!own(session, message.id, at)) return
        fault(session, 'repeated-hello', at)
        return session.state === 'ready' ? greetAgain(hall, session, message.info, at) : undefined
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

  const takeHistory = (session: S, message: Extract<AgentMessage, { type: 'history' }>, at: UnixMs): void => {
    if (message.skipped > 0) bump(hall.counts.badFrames, 'history-entry', message.skipped)
    const genesis = history.answered(session, message.blocks)
    if (genesis !== undefined) {
      const { network, id: node } = session
      effects.apply({ type: 'genesis', at, network, node, genesis: genesis.hash })
      followNode(hall, session)
    }
    for (const block of message.blocks) {
      hall.counts.historyBlocks++
      observe(session, 'block', block.historical === true ? block : { ...block, historical: true }, at)
    }
  }

  const leave = (session: S): void => {
    hall.waiting.delete(session)
    bucketOf(session).delete(session)
    primus.delete(session)
    throttled.delete(session)
    if (session.asked !== undefined) history.release(session)
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

  return {
    opened(session, now) {
      hall.now = Math.max(hall.now, now)
      hall.waiting.add(session)
    },
    frame(session, data, at) {
      session.heard = true
      hall.counts.bytes += data.length
      const event = peekEvent(data)
      hall.counts.events[event ?? 'unknown']++
      if (session.state !== 'ready') return beforeReady(session, event, data, at)
      const shedClass = shedClassOfEvent(event)
      if (!spend(session, shedClass, data.length, at)) return effects.shed(shedClass)
      if (event !== undefined && immediate.has(event) && data.length <= immediateBytes) {
        return settle(session, decode(data), at)
      }
      effects.queue(session, decode(data), shedClass, at)
    },
    settle,
    oddFrame(session, code, at) {
      // Binary frames mean nothing here and are left aside, as long as they are few.
      if (code === 'binary') return fault(session, code, at)
      bump(hall.counts.badFrames, code)
      endSession(hall, session, code === 'not-utf8' ? 'protocol-error' : code === 'ping-flood' ? 'faults' : code)
    },
    pinged(session, at) {
      session.heard = true
      if (!takeTokens(session.frames, limits.frames, at)) fault(session, 'ping-flood', at)
    },
    roundTrip(session, ms, at) {
      session.heard = true
      if (session.state !== 'ready') return
      if (hall.claims.get(session.key)?.holder === session) holderLives(hall, session.key)
      effects.apply({ type: 'round-trip', at, network: session.network, node: session.id, roundTripMs: ms })
    },
    closed(session, at) {
      endSession(hall, session, 'peer')
      session.state = 'closed'
      leave(session)
      const claim = hall.claims.get(session.key)
      if (claim?.holder === session) {
        holderGone(hall, session.key, at)
        greet(claim.challenger)
      }
      effects.end(session)
    },
    finished(session, at) {
      announceGone(hall, session, at)
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
      for (const [key, claim] of hall.claims) {
        // One that is not read from can not answer, and is busy rather than dead.
        if (claim.holder.heard || claim.holder.paused || claim.holder.throttled) holderLives(hall, key)
        else if (now >= claim.deadline) {
          holderGone(hall, key, at)
          greet(claim.challenger)
        }
      }
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
      hall.counts.historyTimeouts += history.expire(now)
      bucketNow = (bucketNow + 1) % bucketCount
      for (const session of buckets[bucketNow] ?? []) lookAfter(session)
    },
    drain() {
      hall.draining = true
      for (const session of hall.waiting) refuse(hall, session, 'draining')
      for (const { challenger } of hall.claims.values()) {
        if (challenger.state === 'claiming') refuse(hall, challenger, 'draining')
      }
      hall.claims.clear()
      for (const session of hall.owners.values()) endSession(hall, session, 'drain')
    },
    counts: hall.counts,
    get states() {
      return { waiting: hall.waiting.size, claiming: hall.claims.size, ready: hall.owners.size }
    },
    get historyOutstanding() {
      return history.outstanding
    },
    blockMemo: memo,
  }
}

const decode = (data: Uint8Array): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()

const askHistory = <S extends Session>(hall: Hall<S>, history: HistoryPlan<S>, session: S): void => {
  if (session.state !== 'ready' || hall.draining) return
  const { effects, counts } = hall
  const numbers = history.next(session, effects.network(session.network), hall.now)
  const request = numbers === undefined ? undefined : writeHistoryRequest(numbers)
  if (request === undefined) return
  counts.historyAsked++
  effects.send(session, request)
}
