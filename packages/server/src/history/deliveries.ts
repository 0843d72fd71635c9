/**
 * Streams of acknowledged observations, on the way through `Pending`.
 *
 *     take ── together ──► rows of the batch ─┐ closing: a row a stream that was touched
 *                                             ├──► chunk ──► stored: durable, acknowledge
 *                                             │         └──► given up: back to what is durable, with all chunks after
 *     every ten minutes: a list of all ───────┘              it that go on from there; their agents send it again
 *
 * The list makes what is older superfluous: reading how far streams are costs the same however long they have been at
 * it, and no resume point goes with an expired file. It is spread over several chunks, so that none of them is long.
 */
import type { Clock, Logger } from '@netstats/sdk'
import type { Store } from '@netstats/sdk/store'
import { networkIdOf } from './books.ts'
import type { Deliveries, DeliveryListener, StreamId } from './deliveries-model.ts'
import { leavesHole, listed, takeItems } from './delivery-items.ts'
import { createDeliveryRows } from './delivery-rows.ts'
import { createStreamTable, defaultStreamLimits } from './delivery-streams.ts'
import type { Stream, StreamLimits } from './delivery-streams.ts'
import type { Keys } from './keys.ts'
import type { Pending } from './pending.ts'

export interface DeliveriesOptions {
  readonly pending: Pending
  readonly keys: Keys
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly log: Pick<Logger, 'error' | 'info'>
  /** Longest time between a row and the beginning of its writing, while the store keeps up. */
  readonly flushEveryMs: number
  /** False while the clock of this machine is doubted: then no stream counts as idle. */
  readonly trusted: () => boolean
  readonly limits?: StreamLimits
}

export interface OwnDeliveries extends Deliveries {
  /** A store was opened; before anything is written to it. */
  opened(store: Pick<Store, 'deliveries'>): Promise<void>
  /** Once a second: lists are due also while nothing comes. */
  tick(): void
  /** Wall clock when the newest list of all streams began that is durable; null before the first one, infinite without streams. */
  readonly listedAt: number | null
}

const readWithinMs = 60_000
/** How far behind the store may be before agents are held back, and when they are stopped. */
const easyLagMs = 5000
const worstLagMs = 30_000
const busyMs = 1000
const noStoreMs = 5000

export const createDeliveries = (options: DeliveriesOptions): OwnDeliveries => {
  const { pending, keys, clock, log } = options
  const limits = options.limits ?? defaultStreamLimits
  const streams = createStreamTable(limits)
  const rows = createDeliveryRows({
    pending,
    keys,
    streams,
    now: () => clock.now(),
    trusted: options.trusted,
    rowsAtOnce: limits.listed,
  })
  const counts = { received: 0, duplicates: 0, missing: 0, holes: 0, busy: 0, refusedHoles: 0, lost: 0, full: 0 }
  let listener: DeliveryListener | undefined
  let ready = false
  let open = 0
  let failures = 0

  /** Whoever listens must not harm the store's bookkeeping. */
  const tell = (what: () => void): void => {
    try {
      what()
    } catch (error) {
      if (failures++ === 0) log.error({ error }, 'a session failed on what became of its observations')
    }
  }

  pending.listen({
    closing: (chunk) => rows.close(chunk),
    stored(chunk) {
      for (const stream of rows.stored(chunk)) tell(() => listener?.durable(stream, stream.durable))
    },
    givenUp(chunk, reason) {
      // What is open goes on from the one that is lost.
      pending.cut()
      const { lost, next } = rows.givenUp(chunk)
      counts.lost += lost.length
      for (const later of next) pending.drop(later, reason)
      for (const stream of lost) tell(() => listener?.lost(stream))
    },
  })

  const nameOf = ({ network, node }: StreamId, at: number): boolean => {
    const name = keys.network(network, networkIdOf(network), at)
    return name !== undefined && keys.node(name, node, at) !== undefined
  }

  return {
    durable: true,
    listen: (given) => void (listener = given),
    get ready() {
      return ready
    },
    open(id, at) {
      if (!ready) return undefined
      const stream = nameOf(id, at) ? (streams.find(id) ?? streams.add(id, at)) : undefined
      if (stream === undefined) {
        counts.full++
        return undefined
      }
      if (stream.sessions++ === 0) open++
      if (stream.network !== id.network) {
        stream.network = id.network
        stream.named = false
      }
      return stream
    },
    close(given) {
      const stream = given as Stream
      if (stream.sessions > 0 && --stream.sessions === 0) open--
    },
    take(given, batch, at, apply) {
      const stream = given as Stream
      if (leavesHole(stream, batch)) {
        counts.refusedHoles++
        return { type: 'hole', through: stream.applied }
      }
      if (!pending.hasRoom) {
        counts.busy++
        return { type: 'busy', retryMs: pending.lag() > worstLagMs ? noStoreMs : busyMs }
      }
      const before = stream.applied
      const { received, duplicates, missing, holes } = pending.together(() => {
        try {
          return takeItems(stream, batch, at, apply)
        } finally {
          if (stream.applied > before) rows.touch(stream)
        }
      })
      counts.received += received
      counts.duplicates += duplicates
      counts.missing += missing
      counts.holes += holes
      return { type: 'taken', through: stream.applied, duplicates }
    },
    load() {
      const late = pending.lag() - 2 * options.flushEveryMs - easyLagMs
      return Math.max(pending.fill, Math.min(1, Math.max(0, late / worstLagMs)))
    },
    list: (query) => listed(streams, query),
    get counts() {
      return { ...counts, streams: streams.size, open, forgotten: rows.forgotten }
    },
    async opened(store) {
      if (!ready) {
        const found = await store.deliveries({ timeoutMs: readWithinMs })
        for (const row of found) {
          const network = keys.networkOf(row.network)?.name
          const node = keys.nodeOf(row.node)?.id
          if (network !== undefined && node !== undefined) streams.restore(row, { network, node })
        }
        ready = true
        if (found.length > 0) log.info({ streams: streams.size }, 'agents go on where the history has them')
      }
      // Also in a store that was put in the place of another.
      rows.list()
    },
    tick: () => rows.tick(),
    get listedAt() {
      return streams.size === 0 && ready ? Infinity : rows.listedAt
    },
  }
}
