/**
 * Tracks which observations of each stream are stored, through the buffer that the history writes from.
 *
 *     take ── atomically ──► rows of the batch ─┐ closing: the resume point of each stream that was touched
 *                                               ├──► batch ──► stored: durable, acknowledge
 *                                               │         └──► given up: back to what is durable, with all later batches
 *                                               ┘              that depend on it; the agents send it again
 */
import type { Clock, Logger } from '@netstats/sdk'
import type { DeliveryListener, DeliveryTracker, ResumeBuffer, ResumePoint } from './delivery-model.ts'
import { isUndecided, leavesMissingRange, listed, resumed, takeItems } from './delivery-items.ts'
import { createStreamTable, defaultStreamLimits, noGreeting } from './delivery-streams.ts'
import type { Stream, StreamLimits } from './delivery-streams.ts'
import { createResumePoints } from './resume-points.ts'

export interface TrackerOptions {
  readonly buffer: ResumeBuffer
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly log: Pick<Logger, 'error' | 'info'>
  /** Longest time between a row and the beginning of its writing, while the store keeps up. */
  readonly flushEveryMs: number
  /** False while the clock of this machine is doubted: then no stream counts as idle. */
  readonly trusted: () => boolean
  readonly limits?: StreamLimits
}

export interface OwnTracker extends DeliveryTracker {
  /** A store was opened that has these resume points; before anything is written to it. */
  opened(points: readonly ResumePoint[]): void
  /** Once a second: forgets streams that have been idle for long. */
  tick(): void
}

/** A stream that brought nothing for so long is forgotten. They are looked for every ten minutes. */
const idleMs = 90 * 86_400_000
const lookEveryMs = 600_000
/** How far behind the store may be before agents are held back, and when they are stopped. */
const easyLagMs = 5000
const worstLagMs = 30_000
const busyMs = 1000
const noStoreMs = 5000

// oxlint-disable-next-line max-lines-per-function -- what is taken, stored and given up of a stream moves the same stream and the same counts
export const createDeliveryTracker = (options: TrackerOptions): OwnTracker => {
  const { buffer, clock, log } = options
  const limits = options.limits ?? defaultStreamLimits
  const streams = createStreamTable(limits, (stream) => points.forget(stream))
  const points = createResumePoints(buffer, streams)
  const counts = {
    received: 0,
    duplicates: 0,
    missing: 0,
    missingRanges: 0,
    elsewhere: 0,
    parted: 0,
    busy: 0,
    refusedRanges: 0,
    lost: 0,
    forgotten: 0,
    full: 0,
  }
  let listener: DeliveryListener | undefined
  let ready = false
  let open = 0
  let failures = 0
  let looked = 0

  /** A listener that fails must not harm the tracking. */
  const notify = (what: () => void): void => {
    try {
      what()
    } catch (error) {
      if (failures++ === 0) log.error({ error }, 'a session failed on what became of its observations')
    }
  }

  buffer.listen({
    closing: (batch) => points.close(batch),
    stored(batch) {
      for (const stream of points.stored(batch)) notify(() => listener?.durable(stream, stream.durable))
    },
    givenUp(batch, reason) {
      // The open batch may depend on the one that is lost.
      buffer.cut()
      const { lost, next } = points.givenUp(batch)
      counts.lost += lost.length
      for (const later of next) buffer.drop(later, reason)
      for (const stream of lost) notify(() => listener?.lost(stream))
    },
  })

  return {
    durable: true,
    listen: (given) => void (listener = given),
    get ready() {
      return ready
    },
    open(id, at, greeting = noGreeting) {
      if (!ready) return undefined
      const found = buffer.hasNames(id, at) ? resumed(streams, id, at, greeting) : undefined
      if (found === undefined) {
        counts.full++
        return undefined
      }
      const { stream } = found
      if (found.parted) counts.parted++
      if (stream.sessions++ === 0) open++
      stream.network = id.network
      return stream
    },
    undecided: (id, greeting) => isUndecided(streams.find(id), greeting),
    close(given) {
      const stream = given as Stream
      if (stream.sessions > 0 && --stream.sessions === 0) open--
    },
    take(given, batch, at, apply) {
      const stream = given as Stream
      if (leavesMissingRange(stream, batch)) {
        counts.refusedRanges++
        return { type: 'missing-range', through: stream.applied }
      }
      if (!buffer.hasRoom) {
        counts.busy++
        return { type: 'busy', retryMs: buffer.lag() > worstLagMs ? noStoreMs : busyMs }
      }
      const before = stream.applied
      const taken = buffer.atomically(() => {
        try {
          return takeItems(stream, batch, at, apply)
        } finally {
          if (stream.applied > before) points.touch(stream)
        }
      })
      counts.received += taken.received
      counts.duplicates += taken.duplicates
      counts.missing += taken.missing
      counts.missingRanges += taken.missingRanges
      counts.elsewhere += taken.elsewhere
      return { type: 'taken', through: stream.applied, duplicates: taken.duplicates }
    },
    load() {
      const late = buffer.lag() - 2 * options.flushEveryMs - easyLagMs
      return Math.max(buffer.fill, Math.min(1, Math.max(0, late / worstLagMs)))
    },
    list: (query) => listed(streams, query),
    get counts() {
      return { ...counts, streams: streams.size, open }
    },
    opened(found) {
      if (!ready) {
        for (const point of found) streams.restore(point)
        ready = true
        if (found.length > 0) log.info({ streams: streams.size }, 'agents go on where the history has them')
        return
      }
      // Another store may have been put in the place of the first one.
      const known = new Map(found.map((point) => [point.stream, point.through]))
      for (const stream of streams.all())
        if (stream.durable > 0 && (known.get(stream.number) ?? 0) < stream.durable) points.touch(stream)
    },
    tick() {
      const now = clock.now()
      const slot = Math.floor(now / lookEveryMs)
      if (slot === looked || !options.trusted()) return
      looked = slot
      for (const stream of streams.all()) {
        if (stream.sessions > 0 || stream.applied !== stream.durable || now - stream.takenAt <= idleMs) continue
        streams.forget(stream)
        counts.forgotten++
      }
    },
  }
}
