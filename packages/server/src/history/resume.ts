/** Who was there before a restart: what is known of them is not news, and who does not come back is an alarm. */
import type { Core } from '../shard/model.ts'
import type { BlockRows } from './block-rows.ts'
import type { Books, NodeBook } from './books.ts'
import { inventoryOf } from './inventory.ts'
import type { Journal } from './journal.ts'
import type { RestoredNetwork } from './model.ts'
import type { Pending } from './pending.ts'

/** A node that was active before a restart has this long to come back before its absence is an alarm. */
const returnWithinMs = 90_000
const nodesAPiece = 100
/** As many as the core's window holds, forks included. */
const maxBlocks = 2500

export interface ResumeContext {
  readonly core: Pick<Core, 'inventory'>
  readonly books: Books
  readonly pending: Pick<Pending, 'into' | 'nextSeq'>
  readonly journal: Journal
  readonly blocks: Pick<BlockRows, 'restored'>
}

export interface Resume {
  /** In pieces of work: inputs may come between them. */
  restored(network: string, restored: RestoredNetwork, at: number): Generator<void, void>
  /** Once a second. */
  review(at: number): void
}

export const createResume = ({ core, books, pending, journal, blocks }: ResumeContext): Resume => {
  const { into, nextSeq } = pending
  let lost: { readonly until: number; readonly nodes: readonly NodeBook[] }[] = []

  /** It has spoken already; an alarm of the time before is still open, or over. */
  const recall = (node: NodeBook, alarmed: boolean, at: number): void => {
    if (!alarmed || node.alarmed) return
    node.alarmed = true
    if (node.activeSince !== null) journal.clear(node, `${node.id} is active again`, at)
  }

  return {
    *restored(key, { lost: gone, alarmed, until }, at) {
      const network = books.network(key, at)
      if (network === undefined) return
      const away: NodeBook[] = []
      let done = 0
      for (const id of network.view.nodeIds()) {
        if (done++ % nodesAPiece === 0) yield
        const spoke = network.nodes.has(id)
        const node = books.node(key, id, at)
        if (node === undefined) continue
        if (spoke) {
          recall(node, alarmed?.has(id) === true, at)
          continue
        }
        node.inventory = inventoryOf(core, node, at)
        node.told = true
        node.alarmed = alarmed?.has(id) ?? node.activeSince === null
        if (!node.alarmed && node.activeSince === null) away.push(node)
      }
      for (const one of gone) {
        if (done++ % nodesAPiece === 0) yield
        const node = network.nodes.get(one.node)
        if (node === undefined) continue
        if (alarmed === undefined) node.alarmed = false
        into.nodeState.add({
          at: one.at,
          seq: nextSeq(),
          network: network.name.key,
          node: node.name.key,
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
          const message = `${node.id} is inactive: it has not come back since the server stopped`
          journal.raise(node, message, at)
          journal.log(node.network, node, 'warning', message, at)
        }
        return false
      })
    },
  }
}
