import type { BlockMemo } from './block-memo.ts'
import { malformed } from './errors.ts'
import type { AgentParseCode } from './errors.ts'
import { readFrame } from './frame.ts'
import type { AgentMessage, Dialect, Report } from './messages.ts'
import { primusFrame } from './primus.ts'
import { readBlock, readHistory, tryBlock } from './read-block.ts'
import { maxId, readHello } from './read-hello.ts'
import { readHeadEvent, readPayloadTime, readPending, readStats } from './read-reports.ts'
import { amount, fieldsOf, filled, whole } from '../loose/values.ts'
import type { Fields } from '../loose/values.ts'

/**
 * Reads one frame of a client, of any client. Throws `ParseError` with one of `agentParseCodes` where the frame is not
 * what it says; the session goes on, the server counts it. With a memo, repeated blocks are recognised by their text
 * and cost no JSON.parse. Ids are cleaned here, so compare them with ids of `hello` and nothing else.
 */
export const parseAgentMessage = (text: string, dialect: Dialect, memo?: BlockMemo): AgentMessage => {
  const repeated = memo?.find(text)
  if (repeated !== undefined) {
    const { id, reports, unread } = repeated
    return { type: 'report', id: filled(id, maxId), reports, ...(unread.length > 0 && { unread }) }
  }
  return readFrame(text, (value) => readMessage(value, dialect))
}

const readMessage = (value: unknown, dialect: Dialect): AgentMessage => {
  if (typeof value === 'string') return readPrimus(value)
  const frame = fieldsOf(value)
  if (frame === undefined) return unknownValue
  const emit = frame.emit
  if (emit === undefined) return readSparkLatency(frame)
  if (!Array.isArray(emit) || typeof emit[0] !== 'string')
    throw malformed('EVENT_MALFORMED', 'emit', 'expected a list that begins with the name of an event')
  return readEvent(emit[0], emit[1], dialect)
}

const readEvent = (name: string, payload: unknown, dialect: Dialect): AgentMessage => {
  switch (name) {
    case 'hello':
      return readHello(need(payload, 'HELLO_MALFORMED'))
    case 'block': {
      const fields = need(payload, 'BLOCK_MALFORMED')
      const { block, unread } = readBlock(fields.block, 'block')
      return { ...one(fields, { kind: 'block', body: block }), ...(unread.length > 0 && { unread }) }
    }
    case 'pending': {
      const fields = need(payload, 'PENDING_MALFORMED')
      return one(fields, { kind: 'pending', body: readPending(fields) })
    }
    case 'stats': {
      const fields = need(payload, 'STATS_MALFORMED')
      const stats = need(fields.stats, 'STATS_MALFORMED')
      return one(fields, { kind: 'node-stats', body: readStats(stats, dialect) })
    }
    case 'latency': {
      const fields = need(payload, 'LATENCY_MALFORMED')
      const latencyMs = amount(fields.latency)
      if (latencyMs === undefined) throw malformed('LATENCY_MALFORMED', 'latency', 'expected milliseconds')
      return one(fields, { kind: 'latency', body: { latencyMs } })
    }
    case 'history': {
      const fields = need(payload, 'HISTORY_MALFORMED')
      return { type: 'history', id: idOf(fields), ...readHistory(fields.history) }
    }
    case 'node-ping': {
      const fields = need(payload, 'PING_MALFORMED')
      return { type: 'node-ping', id: idOf(fields), clientTime: clientTime(fields.clientTime) }
    }
    case 'node-pong':
      return { type: 'node-pong' }
    case 'block_new_payload': {
      const fields = need(payload, 'PROCESSING_MALFORMED')
      return one(fields, { kind: 'block-processing', body: readPayloadTime(fields.block, 1e6) })
    }
    case 'new-payload': {
      const fields = need(payload, 'PROCESSING_MALFORMED')
      return one(fields, { kind: 'block-processing', body: readPayloadTime(fields.payload, 1) })
    }
    case 'headEvent': {
      const fields = need(payload, 'HEAD_EVENT_MALFORMED')
      return one(fields, { kind: 'head-event', body: readHeadEvent(fields.event) })
    }
    case 'update':
      return readUpdate(need(payload, 'UPDATE_MALFORMED'), dialect)
    default:
      return unknownEvent
  }
}

/** The one message of very old eth-net-intelligence-api: stats with the block and the pending count inside. */
const readUpdate = (fields: Fields, dialect: Dialect): AgentMessage => {
  const stats = need(fields.stats, 'UPDATE_MALFORMED')
  const reports: Report[] = []
  const block = tryBlock(stats.block)
  if (block !== undefined) reports.push({ kind: 'block', body: block })
  const pending = whole(stats.pending)
  if (pending !== undefined) reports.push({ kind: 'pending', body: { pending } })
  reports.push({ kind: 'node-stats', body: readStats(stats, dialect) })
  return { type: 'report', id: idOf(fields), reports }
}

const unknownValue: AgentMessage = { type: 'unknown', name: 'value' }
const unknownEvent: AgentMessage = { type: 'unknown', name: 'event' }

const readPrimus = (value: string): AgentMessage => {
  const frame = primusFrame(value)
  return frame === undefined || frame.type === 'server-close' ? unknownValue : frame
}

const readSparkLatency = (frame: Fields): AgentMessage => {
  const latencyMs = amount(frame._latency)
  return latencyMs === undefined ? unknownValue : { type: 'spark-latency', latencyMs }
}

const need = (value: unknown, code: AgentParseCode): Fields => {
  const fields = fieldsOf(value)
  if (fields === undefined) throw malformed(code, 'emit[1]', 'expected an object')
  return fields
}

const idOf = (fields: Fields): string | undefined => filled(fields.id, maxId)

const one = (fields: Fields, report: Report): Extract<AgentMessage, { type: 'report' }> => ({
  type: 'report',
  id: idOf(fields),
  reports: [report],
})

/** What can be echoed with its type unchanged; for anything else, or text of unreasonable length, null. */
const clientTime = (value: unknown): string | number | null => {
  if (typeof value === 'string') return value.length <= 200 ? value : null
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
