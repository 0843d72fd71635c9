/**
 * One topic as all its readers see it: the state last published, its number, and the deltas that led to it. A change is
 * computed and encoded once. While nobody looks the channel sleeps; whoever comes back in time gets the difference.
 *
 *     unknown ── network appears ──→ live (state, seq) ──→ delta: seq + 1 …
 *        ↑                              │
 *        └───── network disappears ─────┘   seq grows, the ring is emptied: nobody can resume across it
 */
import type { Topic, TopicData, TopicDelta, TopicName } from '@netstats/protocol/feed'
import { refill } from '../ingest/token-bucket.ts'
import type { Rate, TokenBucket } from '../ingest/token-bucket.ts'
import type { Dirty } from '../shard/model.ts'
import type { Pieces } from './pieces.ts'
import { createDeltaRing } from './ring.ts'
import type { RingLimits } from './ring.ts'
import type { Source } from './source.ts'

export type AnySource = Source<TopicName>

export interface Channel extends Disposable {
  readonly number: number
  readonly key: string
  readonly topic: Topic
  readonly seq: number
  readonly live: boolean
  readonly ringBytes: number
  /** Connects the channel with its content; undefined while there is none. Forgets what was published. */
  attach(source: AnySource | undefined): void
  note(dirty: Dirty): void
  /** Long work that `publish` needs, in pieces. */
  prepare(): Pieces
  /** Whether `publish` can do anything without it. */
  readonly ready: boolean
  /** Whether `publish` may find something to say now. */
  due(now: number): boolean
  /** The delta from what was published to what is, encoded; undefined where there is none. First call: just reads. */
  publish(at: number, now: number): Buffer | undefined
  /** A snapshot of what is published, for a subscription id; undefined while there is no content. */
  snapshot(id: number): Buffer | undefined
  resumed(id: number, seq: number, at: number): Buffer
  /** Deltas after `seq`; undefined where they are gone. */
  missed(seq: number): readonly Buffer[] | undefined
}

// Snapshots of one state under the ids clients commonly use; a bound, because ids are the clients' choice.
const snapshotsKept = 8

export const createChannel = (number: number, key: string, topic: Topic, ringLimits: RingLimits): Channel => {
  const ring = createDeltaRing(ringLimits)
  const snapshots = new Map<number, Buffer>()
  let source: AnySource | undefined
  let state: { readonly data: TopicData[TopicName] } | undefined
  let body: string | undefined
  let seq = 0
  let publishedAt = 0
  let nextAt = Number.NEGATIVE_INFINITY
  let rate: Rate = { perSecond: 1, burst: 1 }
  let budget: TokenBucket = { tokens: 1, at: 0 }

  const advance = (data: TopicData[TopicName], at: number): void => {
    state = { data }
    publishedAt = at
    body = undefined
    snapshots.clear()
  }

  return {
    number,
    key,
    topic,
    get seq() {
      return seq
    },
    get live() {
      return state !== undefined
    },
    get ringBytes() {
      return ring.bytes
    },
    attach(next) {
      source?.[Symbol.dispose]()
      source = next
      if (state !== undefined) seq++
      state = undefined
      body = undefined
      snapshots.clear()
      ring.clear()
      nextAt = Number.NEGATIVE_INFINITY
      const perSecond = next?.bytesPerSecond ?? 1
      // Six seconds' worth at once: a block that changes every row in view is told without delay.
      rate = { perSecond, burst: 6 * perSecond }
      budget = { tokens: rate.burst, at: 0 }
    },
    note: (dirty) => source?.note(dirty),
    *prepare() {
      if (source?.prepare !== undefined) yield* source.prepare()
    },
    get ready() {
      return source !== undefined && source.ready !== false
    },
    due(now) {
      if (source === undefined) return false
      if (state === undefined) return true
      const urgency = source.changed()
      if (urgency === 'no') return false
      return urgency === 'now' || (now >= nextAt && refill(budget, rate, now) > 0)
    },
    publish(at, now) {
      if (source === undefined || source.ready === false) return undefined
      const before = state
      const data = source.read()
      nextAt = now + source.paceMs
      if (before === undefined) {
        advance(data, at)
        return undefined
      }
      const delta = (source.diff as (a: unknown, b: unknown) => TopicDelta[TopicName] | undefined)(before.data, data)
      if (delta === undefined) return undefined
      seq++
      advance(data, at)
      const message = { type: 'delta', topic: topic.topic, channel: number, seq, at, data: delta }
      const frame = Buffer.from(JSON.stringify(message))
      ring.push(seq, frame)
      budget.tokens -= frame.length
      return frame
    },
    snapshot(id) {
      if (state === undefined) return undefined
      const kept = snapshots.get(id)
      if (kept !== undefined) return kept
      body ??= JSON.stringify({ topic: topic.topic, channel: number, seq, at: publishedAt, data: state.data }).slice(1)
      const frame = Buffer.from(`{"type":"snapshot","id":${id},${body}`)
      if (snapshots.size < snapshotsKept) snapshots.set(id, frame)
      return frame
    },
    resumed: (id, from, at) =>
      Buffer.from(JSON.stringify({ type: 'resumed', id, topic: topic.topic, channel: number, seq: from, at })),
    missed: (from) => (state === undefined ? undefined : ring.after(from, seq)),
    [Symbol.dispose]() {
      source?.[Symbol.dispose]()
      source = undefined
      state = undefined
      ring.clear()
      snapshots.clear()
    },
  }
}
