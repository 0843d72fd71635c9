/**
 * What the desk does for agents of the acknowledged protocol: resume points, batches, acknowledgements, credit. A batch is
 * given to the core item by item, and acknowledged when the store has all of it.
 */
import { unixMs } from '@netstats/protocol'
import type { NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import type { AgentBatch, Resume } from '../bus/model.ts'
import type { Deliveries, DeliveryStream } from '../history/deliveries-model.ts'
import type { CoreInput, ObservationMode } from '../shard/model.ts'
import type { Regulator } from './regulator.ts'
import type { Line, Seat } from './seat.ts'

export interface AgentSeats {
  /** Whether anybody can be let in: the store has said what it has. */
  readonly ready: boolean
  /** Where its stream goes on; undefined where there is no place for it. The seat has its network. */
  resume(seat: Seat, at: UnixMs): Resume | undefined
  batch(seat: Seat, at: UnixMs, batch: AgentBatch): void
  now(seat: Seat, at: UnixMs, observations: readonly Observation[]): void
  clock(seat: Seat, offsetMs: number, errorMs: number): void
  left(seat: Seat): void
  /** Once a second. `now` is monotonic. */
  tick(now: number): void
  readonly open: number
}

export interface AgentSeatsOptions {
  readonly deliveries: Deliveries
  readonly regulator: Regulator
  readonly apply: (input: CoreInput) => void
  /** A node has said anew who it is. */
  readonly greeted: (seat: Seat, at: UnixMs, info: NodeInfo) => void
  /** Other reasons to slow down, 0 to 1, such as a loop that is held up. */
  readonly strain?: () => number
  readonly lines: () => Iterable<Line>
}

interface Stream {
  readonly seat: Seat
  readonly delivery: DeliveryStream
  /** Its spool has let go of everything through here. */
  readonly released: number
  clock: { readonly offsetMs: number; readonly errorMs: number } | undefined
}

/** Older than this is the past: it changes nothing that is live. */
const lateMs = 15_000
/** A stream that was lost, or came out of its order, is sent again after so long. */
const againMs = 1000

export const createAgentSeats = (options: AgentSeatsOptions): AgentSeats => {
  const { deliveries, regulator, apply } = options
  const streams = new Map<Seat, Stream>()
  const seats = new Map<DeliveryStream, Seat>()

  deliveries.listen({
    durable(delivery, through) {
      const seat = seats.get(delivery)
      seat?.line.down.ack(seat.session, through)
    },
    lost(delivery) {
      const seat = seats.get(delivery)
      seat?.line.down.nack(seat.session, delivery.durable, 'lost', againMs)
    },
  })

  /** By the server's clock, as far as the agent's is known; never in the future. */
  const seenAtOf = (stream: Stream, observedAt: number, at: number): UnixMs =>
    unixMs(Math.min(at, Math.round(observedAt - (stream.clock?.offsetMs ?? 0))))

  const tell = (seat: Seat, stream: Stream, observation: Observation, at: UnixMs): void => {
    const seenAt = seenAtOf(stream, observation.observedAt, at)
    const mode: ObservationMode = at - seenAt > lateMs ? 'late' : 'live'
    if (mode === 'live' && observation.kind === 'node-info') options.greeted(seat, at, observation.body)
    else apply({ type: 'observation', at, network: seat.network, observation, mode, seenAt })
  }

  return {
    get ready() {
      return deliveries.ready
    },
    get open() {
      return streams.size
    },
    resume(seat, at) {
      const { agent } = seat.login
      if (agent === undefined) return undefined
      const id = { agent: agent.id, network: seat.network, node: seat.id, spool: agent.spool }
      const delivery = deliveries.open(id, at)
      if (delivery === undefined) return undefined
      streams.set(seat, { seat, delivery, released: agent.after, clock: undefined })
      seats.set(delivery, seat)
      return {
        through: delivery.durable,
        durable: deliveries.durable,
        pace: regulator.pace,
        key: agent.proved ? agent.key : undefined,
      }
    },
    batch(seat, at, { after, last, items }) {
      const stream = streams.get(seat)
      // Another session has taken the stream over.
      if (stream === undefined || seats.get(stream.delivery) !== seat) return
      const { delivery, released } = stream
      const clock = stream.clock && { offsetMs: -stream.clock.offsetMs, errorMs: stream.clock.errorMs }
      const taken = deliveries.take(delivery, { after, last, items, released, clock }, at, ({ observation }) =>
        tell(seat, stream, observation, at),
      )
      const { down } = seat.line
      if (taken.type === 'busy') down.nack(seat.session, delivery.applied, 'busy', taken.retryMs)
      else if (taken.type === 'hole') down.nack(seat.session, taken.through, 'hole', againMs)
    },
    now(seat, at, observations) {
      const stream = streams.get(seat)
      if (stream === undefined) return
      for (const observation of observations) {
        const seenAt = seenAtOf(stream, observation.observedAt, at)
        apply({ type: 'observation', at, network: seat.network, observation, mode: 'now', seenAt })
      }
    },
    clock(seat, offsetMs, errorMs) {
      const stream = streams.get(seat)
      if (stream !== undefined) stream.clock = { offsetMs, errorMs }
    },
    left(seat) {
      const stream = streams.get(seat)
      if (stream === undefined) return
      streams.delete(seat)
      // Whoever took it over still has it.
      if (seats.get(stream.delivery) !== seat) return
      seats.delete(stream.delivery)
      deliveries.close(stream.delivery)
    },
    tick(now) {
      const load = Math.max(deliveries.load(), options.strain?.() ?? 0)
      if (!regulator.look(load, streams.size, now)) return
      for (const { down } of options.lines()) down.pace(regulator.pace)
    },
  }
}
