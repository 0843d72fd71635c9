/**
 * What the rest of the server sees of the history.
 *
 *     core ─ inputs, changes, sights ─► recorder ─ rows ─► writer ─ batches ─► store
 *                                                                               │
 *     REST, time travel ◄───────────────────── reader ◄────────────────────────┘
 *
 * The live picture never waits for any of this: rows wait in bounded memory while the store is slow or gone, what does
 * not fit is counted by class, and writing goes on by itself.
 */
import type { Store } from '@netstats/sdk/store'
import type { Change, Core, CoreInput, NetworkView, Restored } from '../shard/model.ts'
import type { CoreObserver } from '../shard/observer.ts'
import type { Deliveries } from './deliveries-model.ts'

export type RestoredNetwork = Pick<Restored, 'lost'> & {
  readonly alarmed?: ReadonlySet<string> | undefined
  /** Time of the newest row it comes from. */
  readonly until: number
}

/** Takes down what happens. Nothing here throws or waits. */
export interface Recorder extends CoreObserver {
  /** After the core has applied it. */
  input(input: CoreInput): void
  /** Before the input that led to it. */
  change(change: Change): void
  /**
   * A network goes on as the store had it: what is known of it is not news. `alarmed` are nodes whose inactivity is an
   * open alarm; without it, all that are inactive and not lost. In pieces of work, between which inputs may come.
   */
  readonly restored: (network: string, restored: RestoredNetwork, at: number) => Generator<void, void>
}

export interface HistoryReader {
  /** Undefined while the store can not be used; `reason` then says why. */
  readonly store: Store | undefined
  readonly reason: string
  /** Keys in the store's rows; undefined for a name that was never written. Networks that are gone are known too. */
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

export interface History extends AsyncDisposable {
  readonly recorder: Recorder
  readonly reader: HistoryReader
  /** Streams of acknowledged observations. */
  readonly deliveries: Deliveries
  /**
   * The core whose recorder this is, before its first input: recording begins, and the core goes on with what the store
   * has. Resolves when all of it is back, or waiting is over: the rest follows while inputs come.
   */
  begin(core: Pick<Core, 'network' | 'networkOf' | 'inventory' | 'restore' | 'touched'>): Promise<void>
  /** Resolves when all that was recorded before the call is durable, or was given up and counted. */
  flushed(): Promise<void>
}
