/** What follows from the core's conclusions: rows, alarms, and what the recorder begins and ends to keep books of. */
import type { Change, Core } from '../shard/model.ts'
import type { BlockRows } from './block-rows.ts'
import type { Books, NodeBook } from './books.ts'
import type { Budget } from './budget.ts'
import { inventoryOf, sameInventory } from './inventory.ts'
import { inactiveBecause } from './journal.ts'
import type { Journal } from './journal.ts'
import type { Pending } from './pending.ts'
import type { Rollups } from './rollup/rollups.ts'

export interface ConclusionsContext {
  readonly core: Pick<Core, 'inventory'>
  readonly books: Books
  readonly pending: Pending
  readonly rollups: Rollups
  readonly blocks: BlockRows
  readonly journal: Journal
  readonly budget: Budget
}

export interface Conclusions {
  /** Writes who a node says it is, where that is new. */
  readonly takeInventory: (node: NodeBook, at: number) => void
  readonly concluded: (change: Change) => void
  /** Once a second: writes what had to wait. */
  readonly tick: (at: number) => void
}

type StateChange = Extract<Change, { type: 'node-active' | 'node-inactive' }>

export const createConclusions = (context: ConclusionsContext): Conclusions => {
  const { core, books, pending, rollups, blocks, journal, budget } = context
  const { into, nextSeq } = pending
  /** Nodes that changed more often than may be kept, with the last change of their state. */
  const owed = new Map<NodeBook, StateChange | undefined>()

  const allowed = (node: NodeBook, at: number, change?: StateChange): boolean => {
    if (!owed.has(node) && budget.take('changes', node.name, at)) return true
    pending.giveUp('fact', 'budget')
    owed.set(node, change ?? owed.get(node))
    return false
  }

  const takeInventory = (node: NodeBook, at: number): void => {
    const said = inventoryOf(core, node, at)
    if (said === undefined || (node.inventory !== undefined && sameInventory(said, node.inventory))) return
    if (!allowed(node, at)) return
    node.inventory = said
    node.told = true
    into.nodeInfo.add({ at, seq: nextSeq(), network: node.network.name.key, node: node.name.key, ...said })
  }

  /** Its totals at a change of its state. */
  const takeTotals = (node: NodeBook, active: boolean, at: number): void => {
    const known = core.inventory(node.network.name.name, node.id, at)
    if (known !== undefined) {
      node.sessions = known.sessions
      node.activeMs = known.activeMs
    } else if (node.activeSince !== null) node.activeMs += Math.max(0, at - node.activeSince)
    node.activeSince = active ? at : null
  }

  const tellState = (node: NodeBook, change: StateChange): void => {
    const { at } = change
    node.told = true
    if (change.type === 'node-active') {
      journal.state(node, 'active', null, at)
      journal.clear(node, `${node.id} is active again`, at)
      return journal.log(node.network, node, 'notice', `${node.id} is active`, at)
    }
    const message = `${node.id} is inactive: ${inactiveBecause[change.reason]}`
    journal.state(node, 'inactive', change.reason, at)
    journal.raise(node, message, at)
    journal.log(node.network, node, 'warning', message, at)
  }

  const nodeChanged = (change: Extract<Change, { node: string }>): void => {
    const { at, network, node: label } = change
    const before = books.turnedAway
    const node = books.node(network, label, at)
    if (books.turnedAway > before) pending.giveUp('fact', 'names')
    if (node === undefined) return
    switch (change.type) {
      case 'node-added':
        takeInventory(node, at)
        if (!owed.has(node)) journal.log(node.network, node, 'notice', `${label} appeared`, at)
        return
      case 'node-active':
      case 'node-inactive':
        takeTotals(node, change.type === 'node-active', at)
        if (allowed(node, at, change)) tellState(node, change)
        return
      case 'node-removed':
        takeTotals(node, false, at)
        owed.delete(node)
        // Never put off, but it costs: the next time it appears has to wait.
        if (node.told) {
          budget.charge('changes', node.name, at, 1)
          journal.state(node, 'removed', change.reason, at)
          journal.clear(node, `${label} was removed`, at)
          journal.log(node.network, node, 'notice', `${label} was removed: ${change.reason}`, at)
        }
        for (const slot of node.series.values()) rollups.releaseMetric(slot)
        rollups.releaseNode(node.slot)
        books.forgetNode(node)
    }
  }

  const networkChanged = (change: Exclude<Change, { node: string }>): void => {
    const { at } = change
    const before = books.turnedAway
    const network = books.network(change.network, at)
    if (books.turnedAway > before) pending.giveUp('fact', 'names')
    if (network === undefined) return
    switch (change.type) {
      case 'network-added':
        return journal.log(network, undefined, 'notice', `network ${change.network} appeared`, at)
      case 'network-removed':
        journal.log(network, undefined, 'notice', `network ${change.network} was removed`, at)
        rollups.releaseNetwork(network.slot)
        return books.forgetNetwork(network)
      case 'head': {
        if (change.reorgDepth === 0) return
        blocks.lookout.reorganised(network)
        rollups.reorg(at, network.slot)
        if (!budget.take('reorgs', network.name, at)) return pending.giveUp('fact', 'budget')
        journal.reorg(network, change)
        const message = `the head moved to another branch at ${change.number}, ${change.reorgDepth} deep`
        // Clique reorganises by one all the time.
        return journal.log(network, undefined, change.reorgDepth > 1 ? 'warning' : 'info', message, at)
      }
    }
  }

  return {
    takeInventory,
    concluded: (change) => ('node' in change ? nodeChanged(change) : networkChanged(change)),
    tick(at) {
      for (const [node, change] of owed) {
        if (!budget.take('changes', node.name, at)) continue
        owed.delete(node)
        if (change !== undefined) tellState(node, change)
        takeInventory(node, at)
      }
    },
  }
}
