import type { CoreObserver } from './observer.ts'

/** Where a node is, as far as is known. */
export interface Place {
  readonly city: string | null
  readonly country: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

/** What the core keeps and when it gives up. Every bound says what happens at it. */
export interface CoreOptions {
  /** A connected node that says nothing for this long is inactive. Every known client speaks at least every 15 s. */
  readonly silentAfterMs: number
  /** An inactive node is forgotten after this long: long enough to see on Monday morning what broke in the night. */
  readonly forgetAfterMs: number
  /** Networks kept apart; nodes of further ones share the network `overflow` until a place is free. */
  readonly maxNetworks: number
  /** Nodes of one network; at the limit the longest inactive one goes, and with none inactive the new one is refused. */
  readonly maxNodesPerNetwork: number
  /** Nodes of all networks together; at the limit the longest inactive of all goes first, and with none the new one is refused. */
  readonly maxNodes: number
  /** Heights kept below and including the head; older blocks are dropped and reports of them ignored. */
  readonly windowHeights: number
  /** Blocks kept at one height; the weakest witnessed goes first. */
  readonly maxForksPerHeight: number
  /** Blocks kept in all that are not on the head's chain; the oldest that no node follows goes first. */
  readonly maxSideBlocks: number
  /** Single sights (`[node, delay]`) kept per network; beyond, the oldest blocks keep only count and percentiles. */
  readonly maxSightings: number
  /** A header time further ahead of the server's clock than this does not make a head (see `head.ts`). */
  readonly futureBlockMs: number
  /** How long a head stands that no active node's chain leads to. */
  readonly headGraceMs: number
  /** Where a node is, by its address and id. Asked at every connect; answers at once. */
  readonly locate: ((address: string | null, node: string) => Place | null) | null
  /** Told of blocks and sights, for the history. */
  readonly observer: CoreObserver | null
}

export const defaultCoreOptions: CoreOptions = {
  silentAfterMs: 75_000,
  forgetAfterMs: 3 * 24 * 3_600_000,
  maxNetworks: 1000,
  maxNodesPerNetwork: 50_000,
  maxNodes: 100_000,
  windowHeights: 2000,
  maxForksPerHeight: 64,
  maxSideBlocks: 2500,
  maxSightings: 2_000_000,
  futureBlockMs: 15 * 60_000,
  headGraceMs: 60_000,
  locate: null,
  observer: null,
}
