/** Who was there before a restart: what is known of them is not news, and who does not come back is an alarm. */
import type { BlockRows } from './block-rows.ts'
import type { NodeIndex, NodeEntry } from './node-index.ts'
import { inventoryOf } from './inventory.ts'
import { labelOf } from './event-rows.ts'
import type { EventRows } from './event-rows.ts'
import type { RestoredNetwork } from './history-model.ts'
import type { RowBuffer } from './row-buffer.ts'

/** A node that was active before a restart has this long to come back before its absence is an alarm. */
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
  let lost: { readonly until: number; readonly nodes: readonly NodeEntry[] }[] = []

  /** It has spoken already; an alarm of the time before is still open, or over. */
  const recall = (node: NodeEntry, alarmed: boolean, at: number): void => {
    if (!alarmed || node.alarmed) return
    node.alarmed = true
    if (node.activeSince !== null) events.clear(node, `${labelOf(node)} is active again`, at)
  }

  return {
    *restored(key, { lost: gone, alarmed, until }, at) {
      const network = index.network(key, at)
      if (network === undefined) return
      const away: NodeEntry[] = []
      let done = 0
      for (const id of network.view.nodeIds()) {
        if (done++ % nodesPerStep === 0) yield
        const spoke = network.nodes.has(id)
        const node = index.node(key, id, at)
        if (node === undefined) continue
        if (spoke) {
          recall(node, alarmed?.has(id) === true, at)
          continue
        }
        node.inventory = inventoryOf(node.record)
        node.told = true
        node.alarmed = alarmed?.has(id) ?? node.activeSince === null
        if (!node.alarmed && node.activeSince === null) away.push(node)
      }
      for (const one of gone) {
        if (done++ % nodesPerStep === 0) yield
        const node = network.nodes.get(one.node)
        if (node === undefined) continue
        if (alarmed === undefined) node.alarmed = false
        into.nodeState.add({
          at: one.at,

          network: network.name.number,
          node: node.name.number,
          state: 'inactive',
          reason: 'restart',
          sessions: one.sessions,
          activeMs: one.activeMs,
        })
        if (alarmed === undefined) away.push(node)
      }
      lost.push({ until: at + returnWithinMs, nodes: away })
      yield
      yield* blocks.restored(network, network.view.blocks(maxBlocks), until)
    },
    review(at) {
      lost = lost.filter(({ until, nodes }) => {
        if (at < until) return true
        for (const node of nodes) {
          if (node.activeSince !== null || node.network.nodes.get(node.id) !== node) continue
          const message = `${labelOf(node)} is inactive: it has not come back since the server stopped`
          events.raise(node, message, at)
          events.log(node.network, node, 'warning', message, at)
        }
        return false
      })
    },
  }
}
