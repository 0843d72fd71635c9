/** Streams of a server that keeps no history: what was applied is acknowledged, and forgotten when the server ends. */
import type { DeliveryListener, DeliveryTracker } from './delivery-model.ts'
import { leavesMissingRange, listed, resumed, takeItems } from './delivery-items.ts'
import { createStreamTable, noGreeting } from './delivery-streams.ts'
import type { Stream, StreamLimits } from './delivery-streams.ts'

export const createVolatileTracker = (limits?: StreamLimits): DeliveryTracker => {
  const streams = createStreamTable(limits)
  const counts = {
    received: 0,
    duplicates: 0,
    missing: 0,
    missingRanges: 0,
    elsewhere: 0,
    parted: 0,
    refusedRanges: 0,
    full: 0,
  }
  let listener: DeliveryListener | undefined
  let open = 0
  return {
    durable: false,
    ready: true,
    listen: (given) => void (listener = given),
    open(id, at, greeting = noGreeting) {
      const found = resumed(streams, id, at, greeting)
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
    // What was applied is all there is.
    undecided: () => false,
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
      const taken = takeItems(stream, batch, at, apply)
      counts.received += taken.received
      counts.duplicates += taken.duplicates
      counts.missing += taken.missing
      counts.missingRanges += taken.missingRanges
      counts.elsewhere += taken.elsewhere
      if (stream.applied > stream.durable) {
        stream.durable = stream.applied
        stream.keptPlace = stream.place
        listener?.durable(stream, stream.durable)
      }
      return { type: 'taken', through: stream.applied, duplicates: taken.duplicates }
    },
    load: () => 0,
    list: (query) => listed(streams, query),
    get counts() {
      return { ...counts, streams: streams.size, open, busy: 0, lost: 0, forgotten: 0 }
    },
  }
}
