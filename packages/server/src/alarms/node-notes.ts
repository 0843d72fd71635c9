/** What the core says in passing of nodes, and rules ask for later: why one is inactive, and what its agent had to give up. */
import { inactiveBecause } from '../history/event-rows.ts'
import type { Applied, CoreNode } from '../shard/applied.ts'
import type { Change } from '../shard/changes.ts'

export interface NodeNotes {
  readonly applied: (applied: Applied) => void
  readonly becameInactive: (node: CoreNode, reason: Extract<Change, { type: 'node-inactive' }>['reason']) => void
  /** In words that follow "because". */
  readonly inactiveBecause: (node: CoreNode) => string
  /** Observations given up, of the last hour, and when that was told last; null: none. */
  readonly lost: (node: CoreNode, at: number) => { readonly count: number; readonly at: number } | null
}

const hourMs = 3_600_000
/** The hour is counted in pieces. */
const pieceMs = hourMs / 6

interface Losses {
  readonly pieces: Map<number, number>
  at: number
}

/** Notes go with their nodes. */
export const createNodeNotes = (): NodeNotes => {
  const because = new WeakMap<CoreNode, string>()
  const losses = new WeakMap<CoreNode, Losses>()

  const forgetOld = ({ pieces }: Losses, at: number): void => {
    for (const piece of pieces.keys()) if (piece <= Math.floor(at / pieceMs) - 6) pieces.delete(piece)
  }

  return {
    applied({ input, node }) {
      if (node === undefined || input.type !== 'observation' || input.observation.kind !== 'gap') return
      const found = losses.get(node) ?? { pieces: new Map<number, number>(), at: 0 }
      losses.set(node, found)
      found.at = input.at
      forgetOld(found, input.at)
      const piece = Math.floor(input.at / pieceMs)
      found.pieces.set(piece, (found.pieces.get(piece) ?? 0) + input.observation.body.dropped)
    },
    becameInactive: (node, reason) => void because.set(node, inactiveBecause[reason]),
    inactiveBecause: (node) => because.get(node) ?? 'it has not come back since the server started',
    lost(node, at) {
      const found = losses.get(node)
      if (found === undefined) return null
      forgetOld(found, at)
      if (found.pieces.size === 0) {
        losses.delete(node)
        return null
      }
      return { count: found.pieces.values().reduce((sum, count) => sum + count, 0), at: found.at }
    },
  }
}
