/**
 * Channels with those who follow them, found by topic, by network, and by what has to be looked at: a round costs what
 * changed, however many topics there are.
 */
import type { Topic } from '@netstats/protocol/feed'
import type { TopicState } from './topic-state.ts'
import type { Filter } from './filter.ts'
import type { Membership, Viewer } from './viewer.ts'

export interface SharedTopic {
  readonly state: TopicState
  readonly filter: Filter | undefined
  readonly members: Map<Viewer, Membership>
  /** When the last member left, monotonic; undefined while there is one. */
  dormantSince: number | undefined
  /** The address in whose share it is; undefined for what every dashboard opens. */
  owner: string | undefined
  /** Members of that address. */
  owners: number
  /** When it was published last, as long as others wait for their turn. */
  servedAt: number
}

export interface SharedTopics {
  readonly all: ReadonlyMap<string, SharedTopic>
  /** Those that nobody follows, the one that has slept longest first. */
  readonly dormant: ReadonlySet<SharedTopic>
  /** Those that may have something to publish. */
  readonly changed: ReadonlySet<SharedTopic>
  add(shared: SharedTopic): void
  remove(shared: SharedTopic): void
  /** Those of a network; where there is none, those that come and go with no network. */
  of(network: string | undefined): Iterable<SharedTopic>
  /** Nothing for one that sleeps: it is looked at when it wakes. */
  markChanged(shared: SharedTopic): void
  settle(shared: SharedTopic): void
  sleep(shared: SharedTopic, now: number): void
  wake(shared: SharedTopic): void
}

/** The network that a topic comes and goes with. Alarms stay where a network has gone. */
export const networkOf = (topic: Topic): string | undefined =>
  topic.topic !== 'alarms' && 'network' in topic ? topic.network : undefined

export const createSharedTopics = (): SharedTopics => {
  const all = new Map<string, SharedTopic>()
  const byNetwork = new Map<string | undefined, Set<SharedTopic>>()
  const dormant = new Set<SharedTopic>()
  const changed = new Set<SharedTopic>()
  return {
    all,
    dormant,
    changed,
    add(shared) {
      const network = networkOf(shared.state.topic)
      const others = byNetwork.get(network)
      if (others === undefined) byNetwork.set(network, new Set([shared]))
      else others.add(shared)
      all.set(shared.state.key, shared)
    },
    remove(shared) {
      const network = networkOf(shared.state.topic)
      const others = byNetwork.get(network)
      others?.delete(shared)
      if (others?.size === 0) byNetwork.delete(network)
      all.delete(shared.state.key)
      dormant.delete(shared)
      changed.delete(shared)
    },
    of: (network) => byNetwork.get(network) ?? [],
    markChanged(shared) {
      if (shared.dormantSince === undefined) changed.add(shared)
    },
    settle: (shared) => void changed.delete(shared),
    sleep(shared, now) {
      shared.dormantSince = now
      dormant.add(shared)
      changed.delete(shared)
    },
    wake(shared) {
      shared.dormantSince = undefined
      dormant.delete(shared)
      changed.add(shared)
    },
  }
}

/**
 * In the order in which they get their turn: one of each owner, then another of each, and of one owner the one that has
 * waited longest. Who opens hundreds of views waits for its own and not for those of others.
 */
export const inTurn = (topics: readonly SharedTopic[]): readonly SharedTopic[] => {
  const before = new Map<string | undefined, number>()
  return topics
    .toSorted((a, b) => a.servedAt - b.servedAt)
    .map((shared) => {
      const whose = shared.owner ?? networkOf(shared.state.topic)
      const rank = before.get(whose) ?? 0
      before.set(whose, rank + 1)
      return { shared, rank }
    })
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ shared }) => shared)
}
