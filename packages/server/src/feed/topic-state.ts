/**
 * One topic as all its viewers see it: the state last published, its number, and the deltas that led to it. A change is
 * computed and encoded once. While nobody looks the channel sleeps; anyone who comes back in time gets the difference.
 *
 *     unknown ── network appears ──→ live (state, seq) ──→ delta: seq + 1 …
 *        ↑                              │
 *        └───── network disappears ─────┘   seq grows, the replay is emptied: nobody can resume across it
 */
import type { Topic, TopicData, TopicDelta, TopicName } from '@netstats/protocol/feed'
import type { ChangeSet } from '../shard/change-set.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { createPublishPace } from './publish-pace.ts'
import { createReplayBuffer } from './replay-buffer.ts'
import type { ReplayLimits } from './replay-buffer.ts'
import { createSnapshotFrames } from './snapshot-frames.ts'
import type { Source } from './source.ts'

export type AnySource = Source<TopicName>

export type Stance = 'due' | 'waits' | 'settled'

export interface TopicState extends Disposable {
  readonly number: number
  readonly key: string
  readonly topic: Topic
  readonly live: boolean
  readonly replayBytes: number
  /** Connects the channel with its content; undefined while there is none. Forgets what was published. */
  attach(source: AnySource | undefined): void
  note(dirty: ChangeSet): void
  /** Long work that `publish` needs, in pieces. */
  prepare(): WorkSteps
  /** Whether `publish` can do anything without it. */
  readonly ready: boolean
  /** Whether `publish` may find something to say: now, later without anything else happening, or not before something does. */
  stance(now: number): Stance
  /** The delta from what was published to what is, encoded; undefined where there is none. First call: just reads. */
  publish(at: number, now: number): Buffer | undefined
  /** A snapshot of what is published, for a subscription id; undefined while there is no content. */
  snapshot(id: number): Buffer | undefined
  resumed(id: number, seq: number, at: number): Buffer
  /** Deltas after `seq`; undefined where they are gone. */
  missed(seq: number): readonly Buffer[] | undefined
}

export const createTopicState = (number: number, key: string, topic: Topic, replayLimits: ReplayLimits): TopicState => {
  const replay = createReplayBuffer(replayLimits)
  const snapshots = createSnapshotFrames()
  const pace = createPublishPace()
  let source: AnySource | undefined
  let state: { readonly data: TopicData[TopicName]; readonly at: number } | undefined
  let seq = 0

  const advance = (data: TopicData[TopicName], at: number): void => {
    state = { data, at }
    snapshots.clear()
  }

  const attach = (next: AnySource | undefined): void => {
    source?.[Symbol.dispose]()
    source = next
    if (state !== undefined) seq++
    state = undefined
    snapshots.clear()
    replay.clear()
    pace.reset(next?.bytesPerSecond ?? 1)
  }

  return {
    number,
    key,
    topic,
    get live() {
      return state !== undefined
    },
    get replayBytes() {
      return replay.bytes
    },
    attach,
    note: (dirty) => source?.note(dirty),
    *prepare() {
      if (source?.prepare !== undefined) yield* source.prepare()
    },
    get ready() {
      return source !== undefined && source.ready !== false
    },
    stance(now) {
      if (source === undefined) return 'settled'
      if (state === undefined) return 'due'
      const urgency = source.changed()
      if (urgency === 'no') return source.polled === true ? 'waits' : 'settled'
      return urgency === 'now' || pace.isDue(now) ? 'due' : 'waits'
    },
    publish(at, now) {
      if (source === undefined || source.ready === false) return undefined
      const before = state
      const data = source.read()
      pace.wait(now + source.paceMs)
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
      replay.push(seq, frame)
      pace.spend(frame.length)
      return frame
    },
    snapshot(id) {
      if (state === undefined) return undefined
      const { data, at } = state
      return snapshots.get(id, () => ({ topic: topic.topic, channel: number, seq, at, data }))
    },
    resumed: (id, from, at) =>
      Buffer.from(JSON.stringify({ type: 'resumed', id, topic: topic.topic, channel: number, seq: from, at })),
    missed: (from) => (state === undefined ? undefined : replay.after(from, seq)),
    [Symbol.dispose]: () => attach(undefined),
  }
}
