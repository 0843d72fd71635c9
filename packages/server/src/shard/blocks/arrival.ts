/**
 * When a block came, as far as it can be known. A node that has just come, or that catches up, tells of blocks that may have
 * been there for hours: then the header's own time is the better word. It is shown and kept; delays are measured from
 * first reports alone.
 */
import type { BlockRecord } from './block-record.ts'

/** Blocks reach a node within seconds of their header's time; one that is reported later may have been there before. */
const promptMs = 5000
/** Headers of before Ethereum began name no date: many a genesis says 0. */
const firstDate = 1_438_000_000_000

/** When it came, where the one who tells of it at `at` may have had it for long. */
export const arrivalOf = ({ timestampMs }: Pick<BlockRecord, 'timestampMs'>, at: number): number =>
  timestampMs >= firstDate && at - timestampMs > promptMs ? timestampMs : at

/** Nobody was watching when it came. */
export const isGuessed = ({ arrivedAt, firstSeenAt }: Pick<BlockRecord, 'arrivedAt' | 'firstSeenAt'>): boolean =>
  arrivedAt !== firstSeenAt

/** When a node got the block it stands on. Where its delay could not be measured it may have had it for long, too. */
export const heldSince = (block: BlockRecord, delayMs: number | null, at: number): number =>
  delayMs === null || (delayMs === 0 && isGuessed(block)) ? arrivalOf(block, at) : at
