/** Who was there before a restart: what is known of them is not news, and who does not come back is told. */
import type { BlockRows } from './block-rows.ts'
import type { NodeIndex, NodeEntry } from './node-index.ts'
import { inventoryOf } from './inventory.ts'
import { labelOf } from './event-rows.ts'
import type { EventRows } from './event-rows.ts'
import type { RestoredNetwork } from './history-model.ts'
import type { RowBuffer } from './row-buffer.ts'

/** A node that was active before a restart has this long to come back before its absence is told. */
const returnWithinMs = 90_000
const nodesPerStep = 100
/** As many as the core's window holds, forks included. */
const maxBlocks = 2500

export interface RestartRecoveryContext {
  readonly index: NodeIndex
  readonly rowBuffer: Pick<RowBuffer, 'into'>
  readonly events: EventRows
  readonly blocks: Pick<BlockRows, 'restored'>
}

export interface RestartRecovery {
  /** In pieces of work: inputs may come between them. */
  restored(network: string, restored: RestoredNetwork, at: number): Generator<void, void>
  /** Once a second. */
  review(at: number): void
}

export const createRestartRecovery = ({
  index,
  rowBuffer,
  events,
  blocks,
}: RestartRecoveryContext): RestartRecovery => {
  const { into } = rowBuffer
  let lost: { readonly from: number; readonly nodes: readonly NodeEntry[] }[] = []

  return {
    *restored(key, { lost: gone, until }, at) {
      const network = index.network(key, at)
      if (network === undefined) return
      const away: NodeEntry[] = []
      let done = 0
      for (const id of network.view.nodeIds()) {
        if (done++ % nodesPerStep === 0) yield
        const spoke = network.nodes.has(id)
        const node = index.node(key, id, at)
        if (node === undefined || spoke) continue
        node.inventory = inventoryOf(node.record)
        node.told = true
      }
      for (const one of gone) {
        if (done++ % nodesPerStep === 0) yield
        const node = network.nodes.get(one.node)
        if (node === undefined) continue
        into.nodeState.add({
          at: one.at,

          network: network.name.number,
          node: node.name.number,
          state: 'inactive',
          reason: 'restart',
          sessions: one.sessions,
          activeMs: one.activeMs,
        })
        away.push(node)
      }
      lost.push({ from: at, nodes: away })
      yield
      yield* blocks.restored(network, network.view.blocks(maxBlocks), until)
    },
    review(at) {
      lost = lost.filter(({ from, nodes }) => {
        if (at < from + returnWithinMs) return true
        for (const node of nodes) {
          const wasBack = node.activeSince !== null || node.record.stateSince > from
          if (wasBack || node.network.nodes.get(node.id) !== node) continue
          const message = `${labelOf(node)} is inactive: it has not come back since the server stopped`
          events.log(node.network, node, 'warning', message, at)
        }
        return false
      })
    },
  }
}
