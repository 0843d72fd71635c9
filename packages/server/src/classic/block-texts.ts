/** Text of blocks as the classic page wants them: the same for all nodes, but for how each came to know it. */
import type { BlockRow, NodeRow } from '@netstats/protocol/feed'
import type { NetworkView } from '../shard/model.ts'
import { blockOf, sightOf } from './rows.ts'

/** For one look at a network: what it says of a block does not change meanwhile. */
export interface BlockTexts {
  /** JSON of the node's latest block; undefined where it has none. */
  of(row: NodeRow): string | undefined
}

interface Known {
  readonly block: BlockRow | undefined
  readonly fork: number
  /** What comes before the sight. */
  readonly facts: string
  /** Nodes may differ in it. */
  readonly totalDifficulty: string | null
}

export const createBlockTexts = (view: NetworkView): BlockTexts => {
  const known = new Map<string, Known>()

  const read = (row: NodeRow, hash: string): Known | undefined => {
    const whole = blockOf(view, row)
    if (whole === undefined) return undefined
    const { trusted: _t, arrived: _a, received: _r, propagation: _p, fork, time: _time, ...facts } = whole
    const text = JSON.stringify(facts).slice(0, -1)
    const made = { block: view.block(hash), fork, facts: text, totalDifficulty: row.totalDifficulty }
    known.set(hash, made)
    return made
  }

  return {
    of(row) {
      const { blockHash: hash } = row
      if (hash === null) return undefined
      const seen = known.get(hash)
      const one = seen === undefined || seen.totalDifficulty !== row.totalDifficulty ? read(row, hash) : seen
      if (one === undefined) return undefined
      // All numbers; the same as `classicBlock` makes of them.
      const { arrived, received, propagation, fork, time } = sightOf(row, one.block, one.fork)
      return `${one.facts},"trusted":false,"arrived":${arrived},"received":${received},"propagation":${propagation},"fork":${fork},"time":${time}}`
    },
  }
}
