import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { countText } from '../words.ts'
import { isActive, numberOf } from './read.ts'

export const noPeers: Rule<NodeFacts> = {
  name: 'node-without-peers',
  about: 'node',
  severities: ['major'],
  meaning: 'A node has no peers and is not at the head: nothing reaches it.',
  advice: 'Look at its static nodes or bootnodes, its firewall, and whether its port is reachable from the others.',
  for: minute,
  clearAfter: 30_000,
  judge(node) {
    // One at the head gets its blocks in another way: a chain for development makes them itself.
    if (!isActive(node) || numberOf(node, 'peers') !== 0 || (numberOf(node, 'behind') ?? 0) < 1) return []
    const behind = countText(numberOf(node, 'behind') ?? 0, 'block')
    return [{ severity: 'major', message: `${node.name} has no peers and is ${behind} behind the head` }]
  },
}

const mostWanted = 3

/** Half of the others, and three in a large network: one of two that goes away leaves a node alone. */
const wantedPeers = (nodes: number): number => Math.min(mostWanted, Math.ceil((nodes - 1) / 2))

export const fewPeers: Rule<NodeFacts> = {
  name: 'node-few-peers',
  about: 'node',
  severities: ['warning'],
  meaning: 'A node has so few peers that the loss of one or two cuts it off.',
  advice: 'Add static nodes or bootnodes, and look whether its port is reachable from outside.',
  for: 10 * minute,
  clearAfter: 5 * minute,
  judge(node, isOpen) {
    const peers = numberOf(node, 'peers')
    if (!isActive(node) || peers === undefined || peers === 0) return []
    const wanted = wantedPeers(node.networkFacts.nodes)
    if (peers >= wanted + (isOpen() ? 1 : 0)) return []
    const message = `${node.name} has ${countText(peers, 'peer')}; ${wanted} or more are safe`
    return [{ severity: 'warning', message }]
  },
}
