/**
 * All topics: finds the one that equal topics share, keeps it connected with its network, lets it sleep and die, and
 * publishes what is due. Nothing is looked at that did not change, and between two pieces of work others have their turn.
 */
import type { Topic } from '@netstats/protocol/feed'
import { createFairPool } from '@netstats/sdk/limits'
import type { PoolRefusal } from '@netstats/sdk/limits'
import type { WorkSteps } from '../lib/work-steps.ts'
import { viewPoolOf } from './feed-limits.ts'
import type { Filter } from './filter.ts'
import type { RegistryOptions, RegistryState } from './registry-state.ts'
import { topicKey } from './requests.ts'
import { createSharedTopics, networkOf } from './shared-topics.ts'
import type { SharedTopic } from './shared-topics.ts'
import { attach, noteChanges, syncNetworks } from './topic-networks.ts'
import { bury, buryDormant, memberJoined, memberLeft, own, refusalOf } from './topic-owners.ts'
import { createWorkBudget, publishDue, publishFirsts, wake } from './topic-publisher.ts'
import { createTopicState } from './topic-state.ts'
import { isUsual } from './views.ts'

export interface Registry extends Disposable {
  readonly topics: ReadonlyMap<string, SharedTopic>
  /** The shared of a topic, woken and brought up to date where time allows; or why there can be none for this address. */
  enter(topic: Topic, filter: Filter | undefined, origin: string): SharedTopic | PoolRefusal
  /** A member of this address has come, or has left. */
  joined(shared: SharedTopic, origin: string): void
  left(shared: SharedTopic, origin: string): void
  /** Publishes what is due. Its work and that of `firsts` are not to be mixed. */
  round(): WorkSteps
  /** First answers that are waited for; gives the topics that have one now. */
  firsts(): WorkSteps<readonly SharedTopic[]>
  readonly sortedTables: number
}

export const createRegistry = (options: RegistryOptions): Registry => {
  const { limits, monotonic } = options
  const state: RegistryState = {
    options,
    networks: new Map(),
    topics: createSharedTopics(),
    pool: createFairPool(viewPoolOf(limits)),
    wanted: new Set(),
    budget: createWorkBudget(limits, monotonic()),
    lastNumber: 0,
  }
  const { topics, networks } = state
  return {
    topics: topics.all,
    enter(topic, filter, origin) {
      const key = topicKey(topic, filter)
      const shared = topics.all.get(key) ?? open(state, key, topic, filter, origin)
      if (typeof shared !== 'string' && shared.dormantSince !== undefined) wake(state, shared)
      return shared
    },
    joined: (shared, origin) => memberJoined(state, shared, origin),
    left: (shared, origin) => memberLeft(state, shared, origin),
    *round() {
      syncNetworks(state)
      yield* noteChanges(state)
      yield* publishDue(state)
      buryDormant(state)
    },
    firsts: () => publishFirsts(state),
    get sortedTables() {
      return networks.values().reduce((sum, network) => sum + network.indexes, 0)
    },
    [Symbol.dispose]() {
      for (const shared of topics.all.values()) bury(state, shared)
    },
  }
}

const open = (
  state: RegistryState,
  key: string,
  topic: Topic,
  filter: Filter | undefined,
  origin: string,
): SharedTopic | PoolRefusal => {
  const { topics, options } = state
  const network = networkOf(topic)
  const isKnown = network === undefined || options.core.network(network) !== undefined
  const isOwned = !isKnown || !isUsual(topic, filter)
  const refusal = isOwned ? refusalOf(state, origin) : undefined
  if (refusal !== undefined) return refusal
  const shared: SharedTopic = {
    state: createTopicState(++state.lastNumber, key, topic, options.limits.replay),
    filter,
    members: new Map(),
    dormantSince: undefined,
    owner: undefined,
    owners: 0,
    servedAt: Number.NEGATIVE_INFINITY,
  }
  topics.add(shared)
  if (isOwned) own(state, shared, origin)
  attach(state, shared)
  topics.sleep(shared, options.monotonic())
  return shared
}
