/** What the parts of the topic registry share. */
import type { FairPool, TokenBucket } from '@netstats/sdk/limits'
import type { OpenAlarms } from '../alarms/alarms-model.ts'
import type { Core } from '../shard/shard-model.ts'
import type { ChangeSet } from '../shard/change-set.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { FeedLimits } from './feed-limits.ts'
import type { Monotonic, NetworkState } from './network-state.ts'
import type { Recorded } from './recorded-sources.ts'
import type { SharedTopic, SharedTopics } from './shared-topics.ts'

export interface RegistryOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** What changed in a network since the last call. */
  readonly takeDirty: (network: string) => ChangeSet
  readonly limits: FeedLimits
  /** What the history has just recorded; without it, logs and metrics are empty. */
  readonly recorded?: Recorded | undefined
  /** What rules have found; without it, there are no alarms. */
  readonly alarms?: OpenAlarms | undefined
  readonly now: () => number
  readonly monotonic: Monotonic
  /** A state has a new delta, to be sent to its members in pieces. */
  readonly onDelta: (shared: SharedTopic, frame: Buffer) => WorkSteps
  /** A state lost what it showed; `known`: its network was replaced and another snapshot follows. */
  readonly onLost: (shared: SharedTopic, known: boolean) => void
  readonly onWork: (ms: number) => void
  /** Somebody waits for a first answer that takes longer work: `firsts` is to be done soon. */
  readonly onWanted: () => void
}

export interface RegistryState {
  readonly options: RegistryOptions
  readonly networks: Map<string, NetworkState>
  readonly topics: SharedTopics
  /** Places of topics that belong to an address. */
  readonly pool: FairPool
  /** Those whose first answer is waited for. */
  readonly wanted: Set<SharedTopic>
  /** Milliseconds of work that windows may take now. */
  readonly budget: TokenBucket
  /** Number of the topic opened last. */
  lastNumber: number
}

/** Topics that are looked at in a piece of work. */
export const looksAStep = 500
