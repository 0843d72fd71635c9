/** What was made in a network: every block once, and what was done on purpose. Old entries go where not all is kept. */
import type { SimBlock } from './block.ts'
import type { Fraud, SimNode } from './model.ts'

export interface Ledger {
  /** Parents first. */
  readonly made: readonly SimBlock[]
  readonly frauds: readonly Fraud[]
  record(block: SimBlock): void
  recordFraud(fraud: Fraud): void
}

export const createLedger = (genesis: SimBlock, nodes: readonly SimNode[], keep: number): Ledger => {
  const made: SimBlock[] = [genesis]
  const frauds: Fraud[] = []
  const known = new Set([genesis.hash])
  const forgetBelow = (number: number): void => {
    for (const block of made) {
      if (block.number >= number) continue
      known.delete(block.hash)
      block.parent = undefined
      for (const node of nodes) if (node.head !== block) node.blocks.delete(block.hash)
    }
    made.splice(0, made.length, ...made.filter((one) => one.number >= number))
    frauds.splice(0, frauds.length, ...frauds.filter(({ blocks: [one] }) => one.number >= number))
  }
  return {
    made,
    frauds,
    record: (block) => {
      if (known.has(block.hash)) return
      known.add(block.hash)
      made.push(block)
      if (made.length > 2 * keep) forgetBelow(block.number - keep)
    },
    recordFraud: (fraud) => frauds.push(fraud),
  }
}
