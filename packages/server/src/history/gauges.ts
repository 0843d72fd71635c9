/**
 * Looks at networks every ten seconds for what nobody reports: how many nodes are there, at the head, behind. The nodes
 * are looked at a tenth a second: at 30,000 of them all at once would be felt.
 */
import type { NodeIndex, NetworkEntry, NodeEntry } from './node-index.ts'
import type { Rollups } from './rollup/rollups.ts'

export interface Gauges {
  /** Once a second. */
  tick(at: number): void
}

const everyMs = 10_000
const ticks = 10

interface Round {
  readonly nodes: Iterator<NodeEntry>
  /** Nodes looked at in a tick. */
  readonly share: number
}

export const createGauges = (index: NodeIndex, rollups: Rollups): Gauges => {
  let lookedIn = Number.NaN
  const rounds = new Map<NetworkEntry, Round>()

  const look = ({ view, name }: NetworkEntry, at: number): void => {
    const summary = view.summary()
    rollups.networkValue(at, name, 'nodes', summary.nodes)
    rollups.networkValue(at, name, 'active', summary.active)
    rollups.networkValue(at, name, 'syncing', summary.syncing)
    rollups.networkValue(at, name, 'atHead', summary.atHead)
    if (summary.pending !== null) rollups.networkValue(at, name, 'pending', summary.pending)
    if (summary.gasPrice !== null) rollups.networkValue(at, name, 'gasPrice', Number(summary.gasPrice))
  }

  const lookAtNodes = ({ view }: NetworkEntry, { nodes, share }: Round, at: number): boolean => {
    for (let i = 0; i < share; i++) {
      const next = nodes.next()
      if (next.done === true) return false
      const node = next.value
      if (node.activeSince === null) continue
      const behind = view.column(node.id, 'behind')
      if (behind !== undefined && behind !== null) rollups.nodeValue(at, node.name, 'behind', behind)
    }
    return true
  }

  return {
    tick(at) {
      // Once in each ten seconds by the clock, so that every bucket has one look; a step of the clock makes one more.
      const period = Math.floor(at / everyMs)
      if (period !== lookedIn) {
        lookedIn = period
        // What a busy server has not looked at by now is left out.
        rounds.clear()
        for (const network of index.networks.values()) {
          look(network, at)
          rounds.set(network, { nodes: network.nodes.values(), share: Math.ceil(network.nodes.size / ticks) })
        }
      }
      for (const [network, round] of rounds) if (!lookAtNodes(network, round, at)) rounds.delete(network)
    },
  }
}
