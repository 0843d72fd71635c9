import type { BlockProcessing, HeadEvent, NodeStats, Pending } from '../kinds/mod.ts'
import type { BlockNumber, Wei } from '../units.ts'
import { malformed } from './errors.ts'
import type { Dialect } from './messages.ts'
import { amount, big, fieldsOf, filled, hash, whole } from '../loose/values.ts'
import type { Fields } from '../loose/values.ts'

type Draft = { -readonly [K in keyof NodeStats]: NodeStats[K] }

/** A client that says nothing of `active` is active: it has just reported. */
export const readStats = (stats: Fields, dialect: Dialect): NodeStats => {
  const out: Draft = { active: stats.active !== false }
  const syncing = readSyncing(stats.syncing, dialect)
  if (syncing !== undefined) out.syncing = syncing
  if (typeof stats.mining === 'boolean') out.mining = stats.mining
  const hashrate = amount(stats.hashrate)
  if (hashrate !== undefined) out.hashrate = hashrate
  const peers = whole(stats.peers)
  if (peers !== undefined) out.peers = peers
  const gasPrice = big(stats.gasPrice)
  if (gasPrice !== undefined) out.gasPrice = gasPrice as Wei
  const uptime = amount(stats.uptime)
  if (uptime !== undefined) out.uptime = Math.min(uptime, 100)
  return out
}

/** Native clients say true or false, some the wrong way round; the separate reporter gives progress while it syncs. */
const readSyncing = (value: unknown, dialect: Dialect): boolean | undefined => {
  if (typeof value === 'boolean') return dialect.syncing === 'inverted' ? !value : value
  return fieldsOf(value) === undefined ? undefined : true
}

export const readPending = (fields: Fields): Pending => {
  const pending = whole(fieldsOf(fields.stats)?.pending)
  if (pending === undefined) throw malformed('PENDING_MALFORMED', 'stats.pending', 'expected a count')
  return { pending }
}

/** `unitsPerMs`: geth gives nanoseconds, reth milliseconds. */
export const readPayloadTime = (value: unknown, unitsPerMs: number): BlockProcessing => {
  const fields = fieldsOf(value)
  const number = whole(fields?.number)
  const blockHash = hash(fields?.hash)
  const time = amount(fields?.processingTime)
  if (number === undefined || blockHash === undefined || time === undefined)
    throw malformed('PROCESSING_MALFORMED', 'block', 'expected number, hash and processingTime')
  return { number: number as BlockNumber, hash: blockHash, processingMs: time / unitsPerMs }
}

/** Blocks of one notice; a reorg deeper than this is cut at the newest named first. */
const maxRefs = 1000

export const readHeadEvent = (value: unknown): HeadEvent => {
  const fields = fieldsOf(value)
  const type = filled(fields?.type, 50)
  if (fields === undefined || type === undefined)
    throw malformed('HEAD_EVENT_MALFORMED', 'event', 'expected an object with a type')
  return { type, added: readRefs(fields.added), removed: readRefs(fields.removed) }
}

const readRefs = (value: unknown): HeadEvent['added'] => {
  if (!Array.isArray(value)) return []
  return value.slice(0, maxRefs).flatMap((entry: unknown) => {
    const fields = fieldsOf(entry)
    const number = whole(fields?.number)
    const blockHash = hash(fields?.hash)
    return number === undefined || blockHash === undefined ? [] : [{ number: number as BlockNumber, hash: blockHash }]
  })
}
