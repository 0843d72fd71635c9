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

/**
 * Told of single facts that the rows of the core only add up. Called within `apply`, thousands of times a second: it
 * must be quick, must not throw and must not call the core.
 */
export interface CoreObserver {
  /** A block joined the tree, live or as history; `node` reported it. Comes before the first `sighted` of it. */
  blockAdded(network: string, node: string, block: BlockFacts, at: UnixMs): void
  /** A node reported a block live that it had not reported before; `delayMs` is null where it can not be measured. */
  sighted(network: string, node: string, block: BlockFacts, delayMs: number | null, at: UnixMs): void
}
