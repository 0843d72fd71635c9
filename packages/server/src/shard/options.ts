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
  /**
   * A node whose session ended stays active for so long: clients come back by themselves within seconds, and that is no
   * failure of theirs.
   */
  readonly reconnectMs: number
  /** An inactive node is forgotten after this long: long enough to see on Monday morning what broke in the night. */
  readonly forgetAfterMs: number
  /** So long for one in whose place another of its name has come since, and for one that has a key for its only name. */
  readonly forgetReplacedMs: number
  /** Networks kept apart; nodes of further ones share the network `overflow` until a place is free. */
  readonly maxNetworks: number
  /** Nodes of one network; at the limit the longest inactive one goes, and with none inactive the new one is refused. */
  readonly maxNodesPerNetwork: number
  /** Nodes of all networks together; at the limit the longest inactive of all goes first, and with none the new one is refused. */
  readonly maxNodes: number
  /** Heights kept below and including the head; older blocks are dropped and reports of them ignored. */
  readonly windowHeights: number
  /** Blocks kept at one height; the least reported goes first. */
  readonly maxForksPerHeight: number
  /** Blocks kept in all that are not on the head's chain; the oldest that no node follows goes first. */
  readonly maxSideBlocks: number
  /** Single sights (`[node, delay]`) kept per network; beyond, the oldest blocks keep only count and percentiles. */
  readonly maxFirstSeen: number
  /** A header time further ahead of the server's clock than this does not make a head (see `head.ts`). */
  readonly futureBlockMs: number
  /** How long a head stands that no active node's chain leads to. */
  readonly headGraceMs: number
  /** Where a node is, by its address and id. Asked at every connect; answers at once. */
  readonly locate: ((address: string | null, node: string) => Place | null) | null
  /** What an operator calls a node, in place of its own word. */
  readonly nameOf: ((network: string, node: string) => string | undefined) | null
  /** The key an operator gave to a chain; `genesis` is null for nodes that do not tell theirs. */
  readonly keyOf: ((networkId: string, genesis: string | null) => string | undefined) | null
}

export const defaultCoreOptions: CoreOptions = {
  silentAfterMs: 75_000,
  reconnectMs: 15_000,
  forgetAfterMs: 3 * 24 * 3_600_000,
  forgetReplacedMs: 3_600_000,
  maxNetworks: 1000,
  maxNodesPerNetwork: 50_000,
  maxNodes: 100_000,
  windowHeights: 2000,
  maxForksPerHeight: 64,
  maxSideBlocks: 2500,
  maxFirstSeen: 2_000_000,
  futureBlockMs: 15 * 60_000,
  headGraceMs: 60_000,
  locate: null,
  nameOf: null,
  keyOf: null,
}
