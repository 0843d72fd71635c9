import type { UnixMs } from '@netstats/protocol'
import type { BlockRecord } from './block-record.ts'

/** What the history wants to know of a block: facts that do not change after its first report. */
export type BlockFacts = Readonly<
  Pick<
    BlockRecord,
    | 'number'
    | 'hash'
    | 'parentHash'
    | 'timestampMs'
    | 'miner'
    | 'transactions'
    | 'uncles'
    | 'gasUsed'
    | 'gasLimit'
    | 'baseFeePerGas'
    | 'size'
    | 'difficulty'
    | 'extraData'
    | 'stateRoot'
    | 'transactionsRoot'
    | 'arrivedAt'
    | 'firstNode'
    | 'blockTimeMs'
  >
>

/** A node, as the core has it. */
export interface ObservedNode {
  readonly id: string
  /** The observer's own, so that it need not find the node by its name again; the core leaves it alone. */
  book: unknown
}

/**
 * Told of single facts that the rows of the core only add up. Called within `apply`, thousands of times a second: it
 * must be quick, must not throw and must not call the core.
 */
export interface CoreObserver {
  /**
   * A block joined the tree, live, late or as history; `node` reported it. Comes before the first `sighted` of it. It was
   * seen at `seenAt`, and is told of at `at`: mostly the same.
   */
  blockAdded(network: string, node: ObservedNode, block: BlockFacts, seenAt: number, at: UnixMs): void
  /** A node saw a block that it had not reported before; `delayMs` is null where it can not be measured. */
  sighted(
    network: string,
    node: ObservedNode,
    block: BlockFacts,
    delayMs: number | null,
    seenAt: number,
    at: UnixMs,
  ): void
  /**
   * A node tells late of a block below what the core keeps, so that nothing is known of it but this. It may have been
   * told of before, by others or when it was live; by this node only where that has gone back to an earlier block.
   */
  oldBlock(network: string, node: ObservedNode, block: BlockFacts, seenAt: number, at: UnixMs): void
}
