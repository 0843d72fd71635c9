/** What follows from changes in the core: rows, and what the recorder begins and ends to follow. */
import { activeMsAt } from '../shard/mod.ts'
import type { Change } from '../shard/changes.ts'
import type { NodeIndex, NodeEntry } from './node-index.ts'
import type { WriteQuota } from './write-quota.ts'
import { inventoryOf, sameInventory } from './inventory.ts'
import { inactiveBecause, labelOf } from './event-rows.ts'
import type { EventRows } from './event-rows.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { Rollups } from './rollup/rollups.ts'

export interface ChangeHandlersContext {
  readonly index: NodeIndex
  readonly rowBuffer: RowBuffer
  readonly rollups: Rollups
  readonly events: EventRows
  readonly quota: WriteQuota
}

export interface ChangeHandlers {
  /** Writes who a node says it is, where that is new. */
  readonly takeInventory: (node: NodeEntry, at: number) => void
  readonly concluded: (change: Change) => void
  /** Once a second: writes what had to wait. */
  readonly tick: (at: number) => void
}

type NetworkChange = Exclude<Change, { node: string }>
type StateChange = Extract<Change, { type: 'node-active' | 'node-inactive' }>

/** Its totals at a change of its state. */
const takeTotals = (node: NodeEntry, active: boolean, at: number): void => {
  node.sessions = node.record.sessions
  node.activeMs = activeMsAt(node.record, at)
  node.activeSince = active ? at : null
}

const writeState = (events: EventRows, node: NodeEntry, change: StateChange): void => {
  const { at } = change
  node.told = true
  if (change.type === 'node-active') {
    events.state(node, 'active', null, at)
    return events.log(node.network, node, 'notice', `${labelOf(node)} is active`, at)
  }
  const message = `${labelOf(node)} is inactive: ${inactiveBecause[change.reason]}`
  events.state(node, 'inactive', change.reason, at)
  events.log(node.network, node, 'warning', message, at)
}

const networkChanged = (context: ChangeHandlersContext, change: NetworkChange): void => {
  const { index, rowBuffer, rollups, events, quota } = context
  const { at } = change
  const before = index.turnedAway
  const network = index.network(change.network, at)
  if (index.turnedAway > before) rowBuffer.giveUp('fact', 'names')
  if (network === undefined) return
  switch (change.type) {
    case 'network-added':
      return events.log(network, undefined, 'notice', `network ${change.network} appeared`, at)
    case 'network-removed':
      events.log(network, undefined, 'notice', `network ${change.network} was removed`, at)
      return index.forgetNetwork(network)
    case 'head':
      return
    case 'split': {
      const nodes = change.nodes.join(' and ')
      const message = `nodes are split above block ${change.number}: ${nodes} of them on different branches`
      return events.log(network, undefined, 'warning', message, at)
    }
    case 'reunited':
      return events.log(network, undefined, 'notice', 'all nodes are on one branch again', at)
    case 'reorg': {
      rollups.reorg(at, network.name)
      if (!quota.take('reorgs', network.name, at)) return rowBuffer.giveUp('fact', 'quota')
      events.reorg(network, change)
      const message = `nodes moved to another branch at ${change.number}, ${change.depth} deep`
      // Clique reorganises by one all the time.
      return events.log(network, undefined, change.depth > 1 ? 'warning' : 'info', message, at)
    }
  }
}

export const createChangeHandlers = (context: ChangeHandlersContext): ChangeHandlers => {
  const { index, rowBuffer, rollups, events, quota } = context
  const { into } = rowBuffer
  /** Nodes that changed more often than may be kept, with the last change of their state. */
  const deferred = new Map<NodeEntry, StateChange | undefined>()

  const allowed = (node: NodeEntry, at: number, change?: StateChange): boolean => {
    if (!deferred.has(node) && quota.take('changes', node.name, at)) return true
    rowBuffer.giveUp('fact', 'quota')
    deferred.set(node, change ?? deferred.get(node))
    return false
  }

  const takeInventory = (node: NodeEntry, at: number): void => {
    const said = inventoryOf(node.record)
    if (node.inventory !== undefined && sameInventory(said, node.inventory)) return
    if (!allowed(node, at)) return
    node.inventory = said
    node.told = true
    into.nodeInfo.add({ at, network: node.network.name.number, node: node.name.number, ...said })
  }

  const nodeChanged = (change: Extract<Change, { node: string }>): void => {
    const { at, network, node: id } = change
    const before = index.turnedAway
    const node = index.node(network, id, at)
    if (index.turnedAway > before) rowBuffer.giveUp('fact', 'names')
    if (node === undefined) return
    switch (change.type) {
      case 'node-added':
        takeInventory(node, at)
        if (!deferred.has(node)) events.log(node.network, node, 'notice', `${labelOf(node)} appeared`, at)
        return
      case 'node-active':
      case 'node-inactive':
        takeTotals(node, change.type === 'node-active', at)
        if (allowed(node, at, change)) writeState(events, node, change)
        return
      case 'node-removed':
        takeTotals(node, false, at)
        deferred.delete(node)
        // Never put off, but it costs: the next time it appears has to wait.
        if (node.told) {
          quota.charge('changes', node.name, at, 1)
          events.state(node, 'removed', change.reason, at)
          events.log(node.network, node, 'notice', `${labelOf(node)} was removed: ${change.reason}`, at)
        }
        for (const series of node.series.values()) rollups.release(series)
        index.forgetNode(node)
    }
  }

  return {
    takeInventory,
    concluded: (change) => ('node' in change ? nodeChanged(change) : networkChanged(context, change)),
    tick(at) {
      for (const [node, change] of deferred) {
        if (!quota.take('changes', node.name, at)) continue
        deferred.delete(node)
        if (change !== undefined) writeState(events, node, change)
        takeInventory(node, at)
      }
    },
  }
}
