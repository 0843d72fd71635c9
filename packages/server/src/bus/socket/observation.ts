/**
 * Observations on the local socket. What comes thousands of times a second has a form of its own; a block that many tell of
 * crosses once and is then named by a number.
 */
import { kinds, toPlain } from '@netstats/protocol'
import type { Block, Bodies, Kind, NodeStats, Observation, Wei } from '@netstats/protocol'
import type { ByteReader, ByteWriter } from './bytes.ts'

export type Body = Observation['body']

const names = Object.keys(kinds) as readonly Kind[]
const codes = new Map(names.map((name, i) => [name, i]))

/** Blocks the writer may name; the reader keeps more, so that it has them all. */
const written = 512
const kept = 2 * written

export interface BodyWriter {
  kind(kind: Kind): void
  body(kind: Kind, body: Body): void
}

export const createBodyWriter = (out: ByteWriter): BodyWriter => {
  const blocks = new Map<Block, number>()
  let next = 0

  const block = (body: Block): void => {
    const known = blocks.get(body)
    if (known !== undefined) {
      out.uint(known + 1)
      return
    }
    blocks.set(body, next++)
    if (blocks.size > written) {
      for (const oldest of blocks.keys()) {
        blocks.delete(oldest)
        break
      }
    }
    out.u8(0)
    out.text(JSON.stringify(toPlain(body)))
  }

  return {
    kind: (kind) => out.u8(codes.get(kind) ?? 0),
    body(kind, body) {
      if (kind === 'block') block(body as Block)
      else if (kind === 'pending') out.f64((body as Bodies['pending']).pending)
      else if (kind === 'latency') out.f64((body as Bodies['latency']).latencyMs)
      else if (kind === 'node-stats') writeStats(out, body as NodeStats)
      else out.text(JSON.stringify(toPlain(body)))
    },
  }
}

export interface BodyReader {
  kind(): Kind
  body(kind: Kind): Body
}

export const createBodyReader = (reader: () => ByteReader): BodyReader => {
  const blocks = new Map<number, Block>()
  let next = 0

  const json = (kind: Kind): Body => kinds[kind].read(JSON.parse(reader().text()), '')

  const block = (): Block => {
    const known = reader().uint()
    if (known > 0) {
      const found = blocks.get(known - 1)
      if (found === undefined) throw new RangeError('a block is named that was never told of')
      return found
    }
    const made = Object.freeze(json('block') as Block)
    blocks.set(next, made)
    blocks.delete(next - kept)
    next++
    return made
  }

  return {
    kind() {
      const kind = names[reader().u8()]
      if (kind === undefined) throw new RangeError('a kind has no name')
      return kind
    },
    body(kind) {
      if (kind === 'block') return block()
      if (kind === 'pending') return { pending: reader().f64() }
      if (kind === 'latency') return { latencyMs: reader().f64() }
      return kind === 'node-stats' ? readStats(reader()) : json(kind)
    },
  }
}

// Bits of the first two bytes: values of flags, then which fields are there.
const active = 1
const syncing = 2
const mining = 4
const hasSyncing = 8
const hasMining = 16
const hasHashrate = 32
const hasPeers = 64
const hasUptime = 128
const noPrice = 0
const priceInText = 1
const priceInDouble = 2

const bit = (on: boolean | undefined, value: number): number => (on === true ? value : 0)

const writeStats = (out: ByteWriter, stats: NodeStats): void => {
  out.u8(
    bit(stats.active, active) |
      bit(stats.syncing, syncing) |
      bit(stats.mining, mining) |
      bit(stats.syncing !== undefined, hasSyncing) |
      bit(stats.mining !== undefined, hasMining) |
      bit(stats.hashrate !== undefined, hasHashrate) |
      bit(stats.peers !== undefined, hasPeers) |
      bit(stats.uptime !== undefined, hasUptime),
  )
  if (stats.hashrate !== undefined) out.f64(stats.hashrate)
  if (stats.peers !== undefined) out.uint(stats.peers)
  if (stats.uptime !== undefined) out.f64(stats.uptime)
  const { gasPrice } = stats
  if (gasPrice === undefined) return out.u8(noPrice)
  if (gasPrice <= 9_007_199_254_740_991n) {
    out.u8(priceInDouble)
    return out.f64(Number(gasPrice))
  }
  out.u8(priceInText)
  out.text(gasPrice.toString())
}

const readStats = (from: ByteReader): NodeStats => {
  const flags = from.u8()
  const stats: { -readonly [K in keyof NodeStats]: NodeStats[K] } = { active: (flags & active) !== 0 }
  if ((flags & hasSyncing) !== 0) stats.syncing = (flags & syncing) !== 0
  if ((flags & hasMining) !== 0) stats.mining = (flags & mining) !== 0
  if ((flags & hasHashrate) !== 0) stats.hashrate = from.f64()
  if ((flags & hasPeers) !== 0) stats.peers = from.uint()
  if ((flags & hasUptime) !== 0) stats.uptime = from.f64()
  const price = from.u8()
  if (price === priceInDouble) stats.gasPrice = BigInt(from.f64()) as Wei
  else if (price === priceInText) stats.gasPrice = BigInt(from.text()) as Wei
  return stats
}
