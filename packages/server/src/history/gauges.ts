/** Looks at networks every ten seconds for what nobody reports: how many nodes are there, at the head, behind. */
import type { Books, NetworkBook } from './books.ts'
import type { Rollups } from './rollup/rollups.ts'

export interface Gauges {
  tick(at: number): void
}

const everyMs = 10_000

export const createGauges = (books: Books, rollups: Rollups): Gauges => {
  let lookedIn = Number.NaN

  const look = ({ view, slot, nodes }: NetworkBook, at: number): void => {
    const summary = view.summary()
    rollups.networkValue(at, slot, 'nodes', summary.nodes)
    rollups.networkValue(at, slot, 'active', summary.active)
    rollups.networkValue(at, slot, 'syncing', summary.syncing)
    rollups.networkValue(at, slot, 'atHead', summary.atHead)
    if (summary.pending !== null) rollups.networkValue(at, slot, 'pending', summary.pending)
    if (summary.gasPrice !== null) rollups.networkValue(at, slot, 'gasPrice', Number(summary.gasPrice))
    for (const node of nodes.values()) {
      if (node.activeSince === null) continue
      const behind = view.column(node.id, 'behind')
      if (behind !== undefined && behind !== null) rollups.nodeValue(at, node.slot, 'behind', behind)
    }
  }

  return {
    tick(at) {
      // Once in each ten seconds by the clock, so that every bucket has one look; a step of the clock makes one more.
      const period = Math.floor(at / everyMs)
      if (period === lookedIn) return
      lookedIn = period
      for (const network of books.networks.values()) look(network, at)
    },
  }
}
