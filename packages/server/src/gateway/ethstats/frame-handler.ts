/** What frames of a session that has logged in say, as messages to the core and answers to the client. */
import { ParseError } from '@netstats/protocol'
import type { Bodies, UnixMs } from '@netstats/protocol'
import {
  createBlockMemo,
  parseAgentMessage,
  writeNodePong,
  writePrimusId,
  writePrimusPong,
} from '@netstats/protocol/ethstats'
import type { AgentMessage } from '@netstats/protocol/ethstats'
import { bump } from '../counts.ts'
import type { Session } from './ethstats-session.ts'
import { countFault } from './session-table.ts'
import type { SessionTable } from './session-table.ts'

export interface FrameHandler<S extends Session> {
  /** Undefined for what is no message, which is counted. */
  parse(session: S, text: string, at: number): AgentMessage | undefined
  handleFrame(session: S, text: string, at: UnixMs): void
  readonly blockMemo: { readonly hits: number; readonly misses: number }
}

type Message<T extends AgentMessage['type']> = Extract<AgentMessage, { type: T }>

/** Client families times fields of blocks, and some more. */
const maxUnreadLogged = 200

/**
 * Clients report half the time from their `node-ping` to its answer; what the answer was held back is not the network's. A
 * latency below that was not measured by this answer, and stays as it is.
 */
const ownLatency = ({ pongHeldMs }: Session, body: Bodies['latency']): Bodies['latency'] => {
  const heldMs = Math.floor(pongHeldMs / 2)
  return body.latencyMs < heldMs ? body : { latencyMs: body.latencyMs - heldMs }
}

// oxlint-disable-next-line max-lines-per-function -- a step for each message of ethstats; they share the blocks already parsed and the fields already logged
export const createFrameHandler = <S extends Session>(table: SessionTable<S>): FrameHandler<S> => {
  const { effects, counts, send } = table
  const blockMemo = createBlockMemo()
  const unreadLogged = new Set<string>()

  /** Of each client family and field once: thousands of nodes run the same client. */
  const logUnread = (session: S, event: 'unread' | 'unreadable', field: string): void => {
    const key = `${session.family} ${field}`
    if (unreadLogged.has(key) || unreadLogged.size >= maxUnreadLogged) return
    unreadLogged.add(key)
    effects.log(session, event, field)
  }

  const parse = (session: S, text: string, at: number): AgentMessage | undefined => {
    try {
      return parseAgentMessage(text, session.dialect, blockMemo)
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      if (error.code === 'BLOCK_MALFORMED') logUnread(session, 'unreadable', error.path)
      countFault(table, session, error.code, at)
      return undefined
    }
  }

  const isOwn = (session: S, id: string | undefined, at: number): boolean => {
    if (id === undefined || id === session.id) return true
    countFault(table, session, 'stolen-id', at)
    return false
  }

  const report = (session: S, { id, unread, reports }: Message<'report'>, at: UnixMs): void => {
    if (!isOwn(session, id, at)) return
    for (const field of unread ?? []) {
      bump(counts.badFrames, 'block-field')
      logUnread(session, 'unread', field)
    }
    for (const { kind, body } of reports) {
      const own = kind === 'latency' ? ownLatency(session, body) : body
      send({ type: 'observation', session: session.serial, at, kind, body: own })
    }
  }

  const history = (session: S, { id, skipped, blocks }: Message<'history'>, at: UnixMs): void => {
    if (!isOwn(session, id, at)) return
    if (skipped > 0) bump(counts.badFrames, 'history-entry', skipped)
    counts.historyBlocks += blocks.length
    send({ type: 'blocks', session: session.serial, at, blocks })
  }

  /** Some Nethermind builds send several in a second. Without end it is a fault like any other. */
  const repeatedHello = (session: S, { id, info }: Message<'hello'>, at: UnixMs): void => {
    if (!isOwn(session, id, at)) return
    countFault(table, session, 'repeated-hello', at)
    if (session.state === 'active') send({ type: 'node-info', session: session.serial, at, info })
  }

  return {
    parse,
    handleFrame(session, text, at) {
      if (!session.admitted) return
      const message = parse(session, text, at)
      if (message === undefined) return
      switch (message.type) {
        case 'report':
          return report(session, message, at)
        case 'history':
          return history(session, message, at)
        case 'hello':
          return repeatedHello(session, message, at)
        case 'node-ping':
          session.saidNodePing = true
          return effects.pong(session, writeNodePong(message.clientTime, at))
        case 'primus-ping':
          session.saidPrimusPing = true
          return effects.send(session, writePrimusPong(message.time))
        case 'primus-id':
          return effects.send(session, writePrimusId(String(session.serial)))
        case 'unknown':
          return bump(counts.badFrames, message.name === 'event' ? 'unknown-event' : 'unknown-value')
        case 'primus-pong':
        case 'node-pong':
        case 'spark-latency':
          return
      }
    },
    blockMemo,
  }
}
