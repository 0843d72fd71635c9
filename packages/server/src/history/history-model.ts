/**
 * What the rest of the server sees of the history.
 *
 *     core ─ one event an input ─► recorder ─ rows ─► writer ─ batches ─► store
 *                                                                               │
 *     REST, time travel ◄───────────────────── reader ◄────────────────────────┘
 *
 * The live picture never waits for any of this: rows wait in bounded memory while the store is slow or gone, what does
 * not fit is counted by class, and writing goes on by itself.
 */
import type { ManagedStore } from '@netstats/store'
import type { CoreListener } from '../shard/mod.ts'
import type { Core, NetworkView, Restored } from '../shard/shard-model.ts'
import type { DeliveryTracker } from '../delivery/delivery-model.ts'

export type RestoredNetwork = Pick<Restored, 'lost'> & {
  /** Time of the newest row it comes from. */
  readonly until: number
}

/** Makes rows of what happens. Nothing here throws or waits. */
export interface Recorder {
  readonly applied: CoreListener
  /**
   * A network goes on as the store had it: what is known of it is not news. In pieces of work, between which inputs may
   * come.
   */
  readonly restored: (network: string, restored: RestoredNetwork, at: number) => Generator<void, void>
}

export interface HistoryReader {
  /** Undefined while the store cannot be used; `reason` then says why. */
  readonly store: ManagedStore | undefined
  readonly reason: string
  /** NameIds in the store's rows; undefined for a name that was never written. Networks that are gone are known too. */
  networkKey(network: string): number | undefined
  nodeKey(network: string, node: string): number | undefined
  metricKey(name: string): number | undefined
  /** The other way round. */
  networkOf(key: number): string | undefined
  nodeOf(key: number): string | undefined
  metricOf(key: number): string | undefined
  /** Names of all networks ever written. */
  networks(): readonly string[]
  /**
   * A network as it was at a moment, to be asked like the live one; undefined where nothing is known of it then.
   * Throws `StoreError`. Moments asked for again soon are not worked out again.
   */
  viewAt(network: string, at: number, options: { readonly signal?: AbortSignal }): Promise<NetworkView | undefined>
}

/** A log line as it went to the store. */
export interface RecentLine {
  /** Counts the lines of its network; of no meaning in another run of the server. */
  readonly id: number
  readonly at: number
  /** Id of the node; null where the line is of the network. */
  readonly node: string | null
  readonly severity: number
  readonly source: string
  readonly component: string | null
  readonly message: string
  readonly fields: Readonly<Record<string, string>> | null
}

export interface RecentLogs {
  /** Id of the newest line of a network; 0 where there is none. */
  newest(network: string): number
  /** Lines of a network that came after the one with this id and are still there, oldest first. */
  after(network: string, id: number): readonly RecentLine[]
}

export interface LatestValue {
  readonly value: number
  readonly at: number
}

export interface LatestMetrics {
  /** Another number after any of them changed. */
  version(network: string, node: string): number
  /** By the names under which the store has them; `omitted` counts those beyond the bound. */
  of(network: string, node: string): { readonly values: ReadonlyMap<string, LatestValue>; readonly omitted: number }
}

export interface History extends AsyncDisposable {
  readonly recorder: Recorder
  readonly reader: HistoryReader
  /** What has just been recorded, in memory. */
  readonly recentLogs: RecentLogs
  readonly latestMetrics: LatestMetrics
  /** Streams of acknowledged observations. */
  readonly deliveries: DeliveryTracker
  /**
   * The core whose recorder this is, before its first input: recording begins, and the core goes on with what the store
   * has. Resolves when all of it is back, or waiting is over: the rest follows while inputs come.
   */
  begin(core: Pick<Core, 'network' | 'restore'>): Promise<void>
  /** Resolves when all that was recorded before the call is durable, or was given up and counted. */
  flushed(): Promise<void>
}
