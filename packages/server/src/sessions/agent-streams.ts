/**
 * Streams of the acknowledged protocol: resume points, batches, acknowledgements, report rate. A batch is given to the core
 * item by item, and acknowledged when the store has all of it.
 */
import { nodeId, unixMs } from '@netstats/protocol'
import type { NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import type { AgentBatch, AgentLogin, NackReason, Resume } from '../bus/bus-messages.ts'
import type { DeliveryTracker, DeliveryStream, StreamId } from '../delivery/delivery-model.ts'
import type { CoreInput, ObservationMode } from '../shard/inputs.ts'
import { clockEveryMs, clockMetrics } from './clock-metrics.ts'
import type { RateController } from './rate-control.ts'
import type { LinkRecords, SessionRecord } from './session-record.ts'

export interface AgentStreams {
  /** Whether agents can log in: it is known what the store has. */
  readonly ready: boolean
  /** Whether it is not known yet what the store has of another branch of its spool. */
  undecided(record: SessionRecord): boolean
  /** Where its stream goes on; undefined where there is no place for it. The record has its network. */
  resume(record: SessionRecord, at: UnixMs): Resume | undefined
  batch(record: SessionRecord, at: UnixMs, batch: AgentBatch): void
  snapshot(record: SessionRecord, at: UnixMs, observations: readonly Observation[]): void
  clock(record: SessionRecord, offsetMs: number, errorMs: number): void
  /** A ping was answered: says of the node's clock what is known of it. */
  measured(record: SessionRecord, at: UnixMs): void
  left(record: SessionRecord): void
  /** Once a second. `now` is monotonic. */
  tick(now: number): void
  readonly open: number
}

export interface AgentStreamsOptions {
  readonly deliveries: DeliveryTracker
  readonly rate: RateController
  readonly apply: (input: CoreInput) => void
  /** A node has sent news of itself. */
  readonly nodeInfo: (record: SessionRecord, at: UnixMs, info: NodeInfo) => void
  /** Load besides what waits for the store, 0 to 1, such as that of the event loop. */
  readonly load?: () => number
  readonly links: () => Iterable<LinkRecords>
}

interface Stream {
  readonly record: SessionRecord
  readonly delivery: DeliveryStream
  /** Its spool has deleted everything through here. */
  readonly truncated: number
  clock: { readonly offsetMs: number; readonly errorMs: number } | undefined
  /** When the history was notified of it last. */
  clockToldAt: number
}

/** What an agent reports for the node that its id is another name for. */
const asOf = ({ id, node }: SessionRecord, observation: Observation): Observation =>
  node === id ? observation : { ...observation, node: nodeId(node) }

/** Older than this is the past: it changes nothing that is live. */
const lateMs = 15_000
/** A stream that was lost, or came out of its order, is sent again after so long. */
const againMs = 1000

const streamOf = ({ id, network }: Pick<SessionRecord, 'id' | 'network'>, agent: AgentLogin): StreamId => ({
  agent: agent.id,
  network,
  node: id,
  spool: agent.spool,
})

/** What the server has taken in last of a life of the agent's spool, for it to see whether it has the same. */
const markOf = ({ welcome: { seen } }: DeliveryStream): Pick<Resume, 'last' | 'mark'> =>
  seen?.mark === undefined ? {} : { last: seen.through, mark: seen.mark }

const nack = (record: SessionRecord, through: number, reason: NackReason, retryMs: number): void =>
  record.link.send({ type: 'nack', session: record.session, through, reason, retryMs })

// oxlint-disable-next-line max-lines-per-function -- each message of an agent needs its stream, which is found and forgotten in the same two maps
export const createAgentStreams = (options: AgentStreamsOptions): AgentStreams => {
  const { deliveries, rate, apply } = options
  const streams = new Map<SessionRecord, Stream>()
  const records = new Map<DeliveryStream, SessionRecord>()

  deliveries.listen({
    durable(delivery, through) {
      const record = records.get(delivery)
      record?.link.send({ type: 'ack', session: record.session, through })
    },
    lost(delivery) {
      const record = records.get(delivery)
      if (record !== undefined) nack(record, delivery.durable, 'lost', againMs)
    },
  })

  /** By the server's clock, as far as the agent's is known; never in the future. */
  const seenAtOf = (stream: Stream, observedAt: number, at: number): UnixMs =>
    unixMs(Math.min(at, Math.round(observedAt - (stream.clock?.offsetMs ?? 0))))

  const observe = (record: SessionRecord, stream: Stream, observation: Observation, at: UnixMs): void => {
    if (observation.kind === 'header') record.headers.gives = true
    const seenAt = seenAtOf(stream, observation.observedAt, at)
    const mode: ObservationMode = at - seenAt > lateMs ? 'replayed' : 'live'
    if (mode === 'live' && observation.kind === 'node-info') options.nodeInfo(record, at, observation.body)
    else
      apply({ type: 'observation', at, network: record.network, observation: asOf(record, observation), mode, seenAt })
  }

  return {
    get ready() {
      return deliveries.ready
    },
    get open() {
      return streams.size
    },
    undecided({ id, network, login: { agent } }) {
      return agent !== undefined && deliveries.undecided(streamOf({ id, network }, agent), agent)
    },
    resume(record, at) {
      const { agent } = record.login
      if (agent === undefined) return undefined
      const delivery = deliveries.open(streamOf(record, agent), at, agent)
      if (delivery === undefined) return undefined
      streams.set(record, { record, delivery, truncated: agent.after, clock: undefined, clockToldAt: 0 })
      records.set(delivery, record)
      return {
        through: Math.max(delivery.durable, delivery.welcome.doubt ?? 0),
        ...markOf(delivery),
        ...(delivery.welcome.doubt === undefined ? {} : { doubt: true }),
        durable: deliveries.durable,
        rate: rate.current,
        key: agent.proved ? agent.key : undefined,
      }
    },
    batch(record, at, { after, before, last, mark, count, items }) {
      const stream = streams.get(record)
      // Another session has taken the stream over.
      if (stream === undefined || records.get(stream.delivery) !== record) return
      const { delivery, truncated } = stream
      const clock = stream.clock && { offsetMs: -stream.clock.offsetMs, errorMs: stream.clock.errorMs }
      const taken = deliveries.take(
        delivery,
        { after, before, last, mark, count, items, truncated, clock },
        at,
        ({ observation }) => observe(record, stream, observation, at),
      )
      if (taken.type === 'busy') nack(record, delivery.applied, 'busy', taken.retryMs)
      else if (taken.type === 'missing-range') nack(record, taken.through, 'hole', againMs)
    },
    snapshot(record, at, observations) {
      const stream = streams.get(record)
      if (stream === undefined) return
      for (const observation of observations) {
        const seenAt = seenAtOf(stream, observation.observedAt, at)
        const own = asOf(record, observation)
        apply({ type: 'observation', at, network: record.network, observation: own, mode: 'snapshot', seenAt })
      }
    },
    clock(record, offsetMs, errorMs) {
      const stream = streams.get(record)
      if (stream !== undefined) stream.clock = { offsetMs, errorMs }
    },
    measured(record, at) {
      const stream = streams.get(record)
      // The clock may have been set back: then what was told last is in the future.
      if (stream?.clock === undefined || Math.abs(at - stream.clockToldAt) < clockEveryMs) return
      stream.clockToldAt = at
      for (const body of clockMetrics(stream.clock)) {
        const observation = { kind: 'metric', node: nodeId(record.node), observedAt: at, body } as const
        apply({ type: 'observation', at, network: record.network, observation, mode: 'derived' })
      }
    },
    left(record) {
      const stream = streams.get(record)
      if (stream === undefined) return
      streams.delete(record)
      // Another session has taken it over.
      if (records.get(stream.delivery) !== record) return
      records.delete(stream.delivery)
      deliveries.close(stream.delivery)
    },
    tick(now) {
      const load = Math.max(deliveries.load(), options.load?.() ?? 0)
      if (!rate.update(load, streams.size, now)) return
      for (const { send } of options.links()) send({ type: 'rate', rate: rate.current })
    },
  }
}
