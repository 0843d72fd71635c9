/** Streams, and a store behind them that is written to when a test says so. An observation becomes one line of the log. */
import { nodeId, unixMs } from '@netstats/protocol'
import type { Store } from '@netstats/sdk/store'
import { createMemoryStore, createRecordingLogger } from '@netstats/sdk/testing'
import type { MemoryStore } from '@netstats/sdk/testing'
import type { DeliveryItem, DeliveryListener, DeliveryStream, Take } from '../deliveries-model.ts'
import { createDeliveries } from '../deliveries.ts'
import type { OwnDeliveries } from '../deliveries.ts'
import type { StreamLimits } from '../delivery-streams.ts'
import { createKeys } from '../keys.ts'
import { createPending } from '../pending.ts'
import type { Pending } from '../pending.ts'

export const begin = Date.UTC(2026, 0, 15, 12)
export const spoolOf = (n: number): string => n.toString(16).padStart(32, '0')

export interface DeliveringOptions {
  readonly store?: MemoryStore
  readonly clock?: { now: number }
  readonly maxBytes?: number
  readonly chunkRows?: number
  readonly limits?: StreamLimits
  readonly trusted?: () => boolean
}

export interface Delivering {
  readonly store: MemoryStore
  readonly pending: Pending
  readonly deliveries: OwnDeliveries
  readonly clock: { now: number }
  /** What was told of streams, as `agent durable 5` and `agent lost`. */
  readonly told: string[]
  listener: DeliveryListener
  readonly open: (agent: string, spool?: number, network?: string) => DeliveryStream
  /** Batch of these sequences; `after` is the one before the first where none is given. */
  readonly take: (
    stream: DeliveryStream,
    sequences: readonly number[],
    more?: { after?: number; released?: number },
  ) => Take
  /** Rows of somebody without a stream. */
  readonly say: (lines: number) => void
  /** Writes the oldest chunk, or all of them. */
  readonly writeOne: () => Promise<boolean>
  readonly write: () => Promise<void>
  readonly giveUp: () => boolean
  /** Messages that are in the store, and how often each. */
  readonly stored: () => ReadonlyMap<string, number>
}

export const itemOf = (sequence: number, at: number, agent = 'a'): DeliveryItem => ({
  sequence,
  observation: {
    kind: 'log',
    node: nodeId(agent),
    observedAt: unixMs(at),
    body: { severity: 6, source: agent, message: String(sequence) },
  },
})

export const startDelivering = async (options: DeliveringOptions = {}): Promise<Delivering> => {
  const { store = createMemoryStore(), clock = { now: begin }, maxBytes = 1 << 24, chunkRows = 1e9, limits } = options
  const keys = createKeys()
  const time = { now: () => unixMs(clock.now), monotonic: () => clock.now }
  const pending = createPending({ maxBytes, chunkRows, onFull: () => undefined, monotonic: time.monotonic })
  const deliveries = createDeliveries({
    pending,
    keys,
    clock: time,
    log: createRecordingLogger(),
    flushEveryMs: 1000,
    trusted: options.trusted ?? (() => true),
    ...(limits && { limits }),
  })
  const catalog = await store.catalog()
  pending.renumber(keys.reconcile(catalog), catalog.seq)
  await deliveries.opened(store satisfies Store)
  const told: string[] = []
  const own: Delivering = {
    store,
    pending,
    deliveries,
    clock,
    told,
    listener: {
      durable: (stream, through) => void told.push(`${stream.agent} durable ${through}`),
      lost: (stream) => void told.push(`${stream.agent} lost`),
    },
    open(agent, spool = 1, network = '1337') {
      const stream = deliveries.open({ agent, network, node: agent, spool: spoolOf(spool) }, clock.now)
      if (stream === undefined) throw new Error('no stream')
      return stream
    },
    take(stream, sequences, { after = (sequences[0] ?? 1) - 1, released = 0 } = {}) {
      const items = sequences.map((sequence) => itemOf(sequence, clock.now, stream.agent))
      return deliveries.take(stream, { after, items, released }, clock.now, ({ observation }) => {
        if (observation.kind !== 'log') return
        const row = { at: clock.now, seq: pending.nextSeq(), network: 1, node: 1, ...observation.body }
        pending.into.log.add({ ...row, message: `${stream.agent} ${stream.spool.at(-1)} ${observation.body.message}` })
      })
    },
    say(lines) {
      for (let i = 0; i < lines; i++)
        pending.into.shed.add({ at: clock.now, seq: pending.nextSeq(), class: 'log', reason: 'memory', dropped: 1 })
    },
    async writeOne() {
      pending.cut()
      const chunk = pending.first()
      if (chunk === undefined) return false
      await store.write({ ...chunk.tables, ...keys.unwritten()?.batch })
      keys.unwritten()?.stored()
      pending.done(chunk)
      return true
    },
    async write() {
      while (await own.writeOne());
    },
    giveUp() {
      pending.cut()
      const chunk = pending.first()
      if (chunk !== undefined) pending.drop(chunk, 'refused')
      return chunk !== undefined
    },
    stored: () => {
      const counts = new Map<string, number>()
      for (const { message } of store.rows('log')) counts.set(message, (counts.get(message) ?? 0) + 1)
      return counts
    },
  }
  deliveries.listen({
    durable: (stream, through) => own.listener.durable(stream, through),
    lost: (stream) => own.listener.lost(stream),
  })
  return own
}
