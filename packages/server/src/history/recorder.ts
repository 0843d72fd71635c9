/**
 * Takes down what happens: told of every input after the core has applied it and drawn its conclusions, and by the core
 * itself of blocks and sights. Pure but for the rows it leaves in `Pending`.
 */
import { shedClassOf } from '@netstats/protocol'
import type { Kind, Observation } from '@netstats/protocol'
import type { Change, Core, CoreInput } from '../shard/model.ts'
import { createBlockRows } from './block-rows.ts'
import type { BlockRowsContext } from './block-rows.ts'
import { createBooks } from './books.ts'
import type { Books, NodeBook } from './books.ts'
import { createGauges } from './gauges.ts'
import { inventoryOf, sameInventory } from './inventory.ts'
import { createJournal, inactiveBecause } from './journal.ts'
import type { Keys } from './keys.ts'
import type { Recorder } from './model.ts'
import type { Pending, RowClass } from './pending.ts'
import { createRollups } from './rollup/rollups.ts'
import { createSamples } from './samples.ts'
import { createShedRows } from './shed-rows.ts'
import type { ShedTotals } from './shed-rows.ts'

export interface RecorderOptions {
  readonly core: Pick<Core, 'network' | 'networkOf' | 'inventory'>
  readonly keys: Keys
  readonly pending: Pending
  /** What others gave up since the start, by class and reason. */
  readonly sheds: () => ShedTotals
  readonly lookout?: BlockRowsContext['lookout']
}

export interface OwnRecorder extends Recorder {
  /** Writes everything that is still added up, for the end. */
  flush(): void
  readonly books: Books
  /** Rows of roll-ups that wait for their turn. */
  readonly closing: number
}

/** A node that was active before a restart has this long to come back before its absence is an alarm. */
const returnWithinMs = 90_000

export const createRecorder = ({ core, keys, pending, sheds, lookout }: RecorderOptions): OwnRecorder => {
  const { into, nextSeq } = pending
  const books = createBooks(core, keys)
  const rollups = createRollups(into, {
    network: (slot, put) => put(1, books.networkSlots.ownerOf(slot).name.key),
    node(slot, put) {
      const { name, network } = books.nodeSlots.ownerOf(slot)
      put(1, network.name.key)
      put(2, name.key)
    },
    metric(slot, put) {
      const { node, metric } = books.seriesSlots.ownerOf(slot)
      put(1, node.network.name.key)
      put(2, node.name.key)
      put(3, metric.key)
    },
  })
  const samples = createSamples({ pending, rollups, books, keys })
  const blocks = createBlockRows({ pending, rollups, ...(lookout && { lookout }) })
  const journal = createJournal(pending)
  const gauges = createGauges(books, rollups)
  const shedRows = createShedRows(pending, sheds)
  let lost: { readonly until: number; readonly nodes: readonly NodeBook[] }[] = []

  const takeInventory = (node: NodeBook, at: number): void => {
    const said = inventoryOf(core, node, at)
    if (said === undefined || (node.inventory !== undefined && sameInventory(said, node.inventory))) return
    node.inventory = said
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

  const observed = (node: NodeBook, observation: Observation, at: number): void => {
    const { body, kind } = observation
    const keysOf = { network: node.network.name.key, node: node.name.key }
    switch (kind) {
      case 'node-stats':
        return samples.stats(node, body, at)
      case 'latency':
        return samples.latency(node, body.latencyMs, at)
      case 'pending':
        return samples.pending(node, body.pending, at)
      case 'block-processing':
        return samples.processing(node, body.processingMs, at)
      case 'host':
        return samples.host(node, body, at)
      case 'metric':
        return samples.metric(node, body, at)
      // Told of within `apply`, where its first report is known from others.
      case 'block':
        return
      case 'node-info':
        return takeInventory(node, at)
      case 'gap':
        into.gap.add({ at, seq: nextSeq(), ...keysOf, ...body })
        return
      case 'log':
        into.log.add({ at, seq: nextSeq(), ...keysOf, ...body })
        return
      case 'alarm':
        into.alarm.add({ at, seq: nextSeq(), ...keysOf, ...body })
        return
      case 'head-event': {
        const message = `${body.type}: ${body.removed.length} blocks left its chain, ${body.added.length} joined`
        into.log.add({ at, seq: nextSeq(), ...keysOf, severity: 6, source: 'head-event', message })
        return
      }
    }
  }

  const nodeOf = (network: string, id: string, at: number, rowClass: RowClass): NodeBook | undefined => {
    const before = books.turnedAway
    const node = books.node(network, id, at)
    if (books.turnedAway > before) pending.giveUp(rowClass, 'names')
    return node
  }

  const nodeChanged = (change: Extract<Change, { node: string }>): void => {
    const { at, network, node: label } = change
    const node = nodeOf(network, label, at, 'fact')
    if (node === undefined) return
    switch (change.type) {
      case 'node-added':
        takeInventory(node, at)
        return journal.log(node.network, node, 'notice', `${label} appeared`, at)
      case 'node-active':
        takeTotals(node, true, at)
        journal.state(node, 'active', null, at)
        journal.clear(node, `${label} is active again`, at)
        return journal.log(node.network, node, 'notice', `${label} is active`, at)
      case 'node-inactive': {
        const message = `${label} is inactive: ${inactiveBecause[change.reason]}`
        takeTotals(node, false, at)
        journal.state(node, 'inactive', change.reason, at)
        journal.raise(node, message, at)
        return journal.log(node.network, node, 'warning', message, at)
      }
      case 'node-removed':
        takeTotals(node, false, at)
        journal.state(node, 'removed', change.reason, at)
        journal.clear(node, `${label} was removed`, at)
        journal.log(node.network, node, 'notice', `${label} was removed: ${change.reason}`, at)
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
        journal.reorg(network, change)
        const message = `the head moved to another branch at ${change.number}, ${change.reorgDepth} deep`
        // Clique reorganises by one all the time.
        return journal.log(network, undefined, change.reorgDepth > 1 ? 'warning' : 'info', message, at)
      }
    }
  }

  const review = (at: number): void => {
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
  }

  return {
    books,
    input(input: CoreInput) {
      const { at } = input
      // Brought by this input without a live sight of it.
      blocks.settle()
      switch (input.type) {
        case 'observation': {
          const node = nodeOf(input.network, input.observation.node, at, rowClassOf(input.observation.kind))
          if (node !== undefined) observed(node, input.observation, at)
          return
        }
        case 'round-trip': {
          const node = nodeOf(input.network, input.node, at, 'sample')
          if (node !== undefined) samples.roundTrip(node, input.roundTripMs, at)
          return
        }
        case 'connected': {
          const network = core.networkOf(input.node, input.info.networkId)
          const node = network === undefined ? undefined : books.node(network, input.node, at)
          if (node !== undefined) takeInventory(node, at)
          return
        }
        case 'genesis': {
          const node = books.node(input.network, input.node, at)
          if (node !== undefined) takeInventory(node, at)
          return
        }
        case 'tick':
          rollups.tick(at)
          blocks.tick(at)
          gauges.tick(at)
          shedRows.tick(at)
          return review(at)
        case 'disconnected':
      }
    },
    change: (change) => ('node' in change ? nodeChanged(change) : networkChanged(change)),
    blockAdded(network, id, block, at) {
      const node = nodeOf(network, id, at, 'fact')
      if (node !== undefined) blocks.added(node, block, at)
    },
    sighted(network, id, block, delayMs, at) {
      const node = nodeOf(network, id, at, 'sample')
      if (node !== undefined) blocks.sighted(node, block, delayMs, at)
    },
    restored(key, { lost: gone }, at) {
      const network = books.network(key, at)
      if (network === undefined) return
      for (const id of network.view.nodeIds()) {
        const node = books.node(key, id, at)
        if (node === undefined) continue
        node.inventory = inventoryOf(core, node, at)
        node.alarmed = node.activeSince === null
      }
      const nodes: NodeBook[] = []
      for (const one of gone) {
        const node = network.nodes.get(one.node)
        if (node === undefined) continue
        node.alarmed = false
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
        nodes.push(node)
      }
      lost.push({ until: at + returnWithinMs, nodes })
      blocks.restored(network, network.view.blocks(restoredBlocks))
    },
    flush() {
      rollups.flush()
      blocks.flush()
    },
    get closing() {
      return rollups.closing
    },
  }
}

const rowClassOf = (kind: Kind): RowClass => {
  const shedClass = shedClassOf(kind)
  if (shedClass === 'log') return 'log'
  return shedClass === 'alarm' ? 'fact' : 'sample'
}

/** As many as the core's window holds, forks included. */
const restoredBlocks = 2500
