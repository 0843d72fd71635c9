/** Streams of a server that keeps no history: what was applied is acknowledged, and forgotten when the server ends. */
import type { Deliveries, DeliveryListener } from './deliveries-model.ts'
import { leavesHole, listed, takeItems } from './delivery-items.ts'
import { createStreamTable } from './delivery-streams.ts'
import type { Stream, StreamLimits } from './delivery-streams.ts'

export const createVolatileDeliveries = (limits?: StreamLimits): Deliveries => {
  const streams = createStreamTable(limits)
  const counts = { received: 0, duplicates: 0, missing: 0, holes: 0, refusedHoles: 0, full: 0 }
  let listener: DeliveryListener | undefined
  let open = 0
  return {
    durable: false,
    ready: true,
    listen: (given) => void (listener = given),
    open(id, at) {
      const stream = streams.find(id) ?? streams.add(id, at)
      if (stream === undefined) {
        counts.full++
        return undefined
      }
      if (stream.sessions++ === 0) open++
      stream.network = id.network
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
      const taken = takeItems(stream, batch, at, apply)
      counts.received += taken.received
      counts.duplicates += taken.duplicates
      counts.missing += taken.missing
      counts.holes += taken.holes
      if (stream.applied > stream.durable) {
        stream.durable = stream.applied
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
