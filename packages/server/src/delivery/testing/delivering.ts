/** Streams, and a store behind them that is written to when a test says so. An observation becomes one line of the log. */
import { nodeId, unixMs } from '@netstats/protocol'
import { createMemoryStore } from '@netstats/store/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'
import type { MemoryStore } from '@netstats/store/testing'
import type { DeliveryItem, DeliveryListener, DeliveryStream, Take } from '../delivery-model.ts'
import { createDeliveryTracker } from '../delivery-tracker.ts'
import type { OwnTracker } from '../delivery-tracker.ts'
import type { StreamLimits } from '../delivery-streams.ts'
import { createNameIds } from '../../history/name-ids.ts'
import { createRowBuffer } from '../../history/row-buffer.ts'
import type { RowBuffer } from '../../history/row-buffer.ts'
import { writeBatch } from '../../history/write-batch.ts'
import { createResumeBuffer, namedResumePoints } from '../../history/resume-buffer.ts'

export const begin = Date.UTC(2026, 0, 15, 12)
export const spoolOf = (n: number): string => n.toString(16).padStart(32, '0')

export interface DeliveringOptions {
  readonly store?: MemoryStore
  readonly clock?: { now: number }
  readonly maxBytes?: number
  readonly batchRows?: number
  readonly limits?: StreamLimits
  readonly trusted?: () => boolean
}

export interface Delivering {
  readonly store: MemoryStore
  readonly rowBuffer: RowBuffer
  readonly deliveries: OwnTracker
  readonly clock: { now: number }
  /** What was said of streams, as `agent durable 5` and `agent lost`. */
  readonly told: string[]
  listener: DeliveryListener
  readonly open: (agent: string, spool?: number, network?: string) => DeliveryStream
  /** Batch of these sequences; `after` is the one before the first where none is given. */
  readonly take: (
    stream: DeliveryStream,
    sequences: readonly number[],
    more?: { after?: number; truncated?: number },
  ) => Take
  /** Rows of somebody without a stream. */
  readonly say: (lines: number) => void
  /** Writes the oldest waiting, or all of them. */
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
  const { store = createMemoryStore(), clock = { now: begin }, maxBytes = 1 << 24, batchRows = 1e9, limits } = options
  const names = createNameIds()
  const time = { now: () => unixMs(clock.now), monotonic: () => clock.now }
  const rowBuffer = createRowBuffer({ maxBytes, batchRows, onFull: () => undefined, monotonic: time.monotonic })
  const deliveries = createDeliveryTracker({
    buffer: createResumeBuffer(rowBuffer, names),
    clock: time,
    log: createRecordingLogger(),
    flushEveryMs: 1000,
    trusted: options.trusted ?? (() => true),
    ...(limits && { limits }),
  })
  names.adopt(await store.catalog())
  deliveries.opened(namedResumePoints(await store.resumePoints(), names))
  const told: string[] = []
  const own: Delivering = {
    store,
    rowBuffer,
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
    take(stream, sequences, { after = (sequences[0] ?? 1) - 1, truncated = 0 } = {}) {
      const items = sequences.map((sequence) => itemOf(sequence, clock.now, stream.agent))
      return deliveries.take(stream, { after, items, truncated }, clock.now, ({ observation }) => {
        if (observation.kind !== 'log') return
        const row = { at: clock.now, network: 1, node: 1, ...observation.body, component: null, fields: null }
        rowBuffer.into.log.add({
          ...row,
          message: `${stream.agent} ${stream.spool.at(-1)} ${observation.body.message}`,
        })
      })
    },
    say(lines) {
      for (let i = 0; i < lines; i++)
        rowBuffer.into.shed.add({ at: clock.now, class: 'log', reason: 'memory', dropped: 1 })
    },
    async writeOne() {
      rowBuffer.cut()
      const waiting = rowBuffer.first()
      if (waiting === undefined) return false
      await writeBatch(store, names, waiting)
      rowBuffer.done(waiting)
      return true
    },
    async write() {
      while (await own.writeOne());
    },
    giveUp() {
      rowBuffer.cut()
      const waiting = rowBuffer.first()
      if (waiting !== undefined) rowBuffer.drop(waiting, 'refused')
      return waiting !== undefined
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
