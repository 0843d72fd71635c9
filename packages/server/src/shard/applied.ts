/**
 * One event out of the core: what an input did. The runner gives it to every listener: the recorder of the history, the log,
 * what follows heads; alarms, consensus and sinks listen to the same.
 */
import type { BlockFacts, BlockRecord } from './blocks/block-record.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import type { Change } from './changes.ts'
import type { CoreInput } from './inputs.ts'

/** A node as the core has it: the same object as long as it is in its network. Listeners only read it. */
export type CoreNode = Readonly<
  Pick<
    NodeRecord,
    | 'id'
    | 'slot'
    | 'info'
    | 'genesis'
    | 'state'
    | 'stateSince'
    | 'sessions'
    | 'activeMs'
    | 'city'
    | 'country'
    | 'latitude'
    | 'longitude'
  >
>

/** A node reports a block that it had not reported before. Live and replayed reports are one; answers to a request are none. */
export interface BlockReport {
  readonly block: BlockFacts
  /** When the node saw it: the time of the input, or before. */
  readonly seenAt: number
  /** Time after the first report of the block; null where it cannot be measured. */
  readonly delayMs: number | null
  /**
   * The block is replayed and below what the core keeps, so that nothing is known of it but this. It may have been reported
   * before, by others or when it was live; by this node only where that has gone back to an earlier block.
   */
  readonly isBelowWindow: boolean
}

/** What became of a block of a network. */
export type BlockEvent =
  /** It joined the tree, live, replayed or as an answer; `node` reported it, and saw it at `seenAt`. */
  | {
      readonly type: 'block-attached'
      readonly network: string
      readonly node: CoreNode
      readonly block: BlockFacts
      readonly seenAt: number
    }
  /** A later report told facts that were unknown. */
  | {
      readonly type: 'block-learned'
      readonly network: string
      readonly node: CoreNode
      readonly block: BlockFacts
    }
  /** It joined the head's chain, or left it for another. One that merely grows too old for the tree has not left it. */
  | {
      readonly type: 'canonical-changed'
      readonly network: string
      readonly block: Pick<BlockRecord, 'number' | 'hash' | 'canonical'>
    }

/**
 * What one input did. The core fills the same object for every input, thousands of times a second: a listener reads it at
 * once, and may keep the lists and what they hold, but neither the event nor its report.
 */
export interface Applied {
  readonly input: CoreInput
  /** The node that the input was about, and its network, after the input; undefined where the core does not know it. */
  readonly node: CoreNode | undefined
  readonly network: string | undefined
  readonly report: BlockReport | undefined
  /** In order; they come before the changes. */
  readonly blocks: readonly BlockEvent[]
  readonly changes: readonly Change[]
}

/** Called with every input the core has applied: it must be quick and must not call the core. */
export type CoreListener = (applied: Applied) => void

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Collects what an input does while it is applied. */
export interface AppliedCollector {
  begin(input: CoreInput): void
  /** The event of what was begun, with what was concluded since the one before: a restored network concludes between inputs. */
  end(): Applied
  subject(network: string, node: CoreNode): void
  change(change: Change): void
  block(event: BlockEvent): void
  report(block: BlockFacts, delayMs: number | null, seenAt: number, isBelowWindow: boolean): void
}

// Most inputs conclude nothing: they share one empty list.
const noChanges: readonly Change[] = Object.freeze([])
const noBlocks: readonly BlockEvent[] = Object.freeze([])

export const createAppliedCollector = (): AppliedCollector => {
  const report: Mutable<BlockReport> = { block: {} as BlockFacts, seenAt: 0, delayMs: null, isBelowWindow: false }
  const applied: Mutable<Applied> = {
    input: { type: 'tick', at: 0 as CoreInput['at'] },
    node: undefined,
    network: undefined,
    report: undefined,
    blocks: noBlocks,
    changes: noChanges,
  }
  let changes: Change[] | undefined
  let blocks: BlockEvent[] | undefined

  return {
    begin(input) {
      applied.input = input
      applied.node = undefined
      applied.network = undefined
      applied.report = undefined
    },
    end() {
      applied.changes = changes ?? noChanges
      applied.blocks = blocks ?? noBlocks
      changes = undefined
      blocks = undefined
      return applied
    },
    subject(network, node) {
      applied.network = network
      applied.node = node
    },
    change(change) {
      if (changes === undefined) changes = [change]
      else changes.push(change)
    },
    block(event) {
      if (blocks === undefined) blocks = [event]
      else blocks.push(event)
    },
    report(block, delayMs, seenAt, isBelowWindow) {
      report.block = block
      report.delayMs = delayMs
      report.seenAt = seenAt
      report.isBelowWindow = isBelowWindow
      applied.report = report
    },
  }
}
