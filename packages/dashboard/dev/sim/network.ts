/**
 * An invented proof-of-authority network: sealers take turns by address, sometimes miss one, sometimes two seal the same
 * height; nodes hear of blocks after a delay of their own, fall silent, come back, and sync. Time comes from outside.
 */
import type { BlockDetail, BlockRow, NetworkSummary } from '@netstats/protocol/feed'
import { createNode, type SimNode } from './node.ts'
import type { Random } from './random.ts'
import { summarise } from './summary.ts'

export interface SimOptions {
  readonly key: string
  readonly nodes: number
  readonly blockTimeMs: number
  readonly sealers: number
  /** Height some ninety blocks before the start. */
  readonly height?: number
}

export const firstHeight = 18_204_240

export interface SimBlock {
  row: BlockRow
  readonly seenBy: (readonly [string, number])[]
  readonly stateRoot: string
}

export interface SimNetwork {
  readonly key: string
  readonly nodes: readonly SimNode[]
  /** Newest first. */
  blocks(): readonly BlockRow[]
  detail(hash: string): BlockDetail | null
  summary(): NetworkSummary
  advance(now: number): void
}

const keptBlocks = 200
const gasLimit = 30_000_000

export function createNetwork(options: SimOptions, random: Random, start: number): SimNetwork {
  const few = options.nodes <= 5
  const sealers = Array.from({ length: options.sealers }, () => random.hex(20)).sort()
  const nodes = Array.from({ length: options.nodes }, (_, i) => createNode(random, i, sealers, start, few))
  const blocks: SimBlock[] = []
  const queue: { at: number; node: SimNode; block: SimBlock }[] = []
  const history = 90
  let height = options.height ?? firstHeight
  let nextAt = start - history * options.blockTimeMs
  let load = 0.4
  let forks = 0
  let reorgs = 0

  const seal = (at: number, sealer: string, parent: BlockRow | undefined, canonical: boolean): SimBlock => {
    const transactions = Math.max(0, Math.round(random.skewed(load * 160, 0.35)))
    const block: SimBlock = {
      seenBy: [],
      stateRoot: random.hex(32),
      row: {
        number: height,
        hash: random.hex(32),
        parentHash: parent?.hash ?? random.hex(32),
        timestamp: Math.round(at / 1000) * 1000,
        arrivedAt: at,
        firstNode: random.pick(nodes).row.name,
        miner: sealer,
        transactions,
        uncles: 0,
        gasUsed: Math.min(gasLimit, Math.round(transactions * random.between(60_000, 150_000))),
        gasLimit,
        baseFeePerGas: '875000000',
        size: 620 + transactions * 180,
        difficulty: sealer === sealers[height % sealers.length] ? '2' : '1',
        blockTimeMs: parent ? Math.round(at / 1000) * 1000 - parent.timestamp : null,
        nodes: 0,
        p50Ms: null,
        p95Ms: null,
        p99Ms: null,
        canonical,
        forks: 0,
      },
    }
    blocks.unshift(block)
    blocks.length = Math.min(blocks.length, keptBlocks)
    return block
  }

  const spread = (at: number, block: SimBlock, share: (node: SimNode) => boolean): void => {
    const slow = random.next() < 0.08 ? 3.2 : 1
    const active = nodes.filter((n) => n.row.state === 'active' && n.row.syncing !== true && share(n))
    const first = random.pick(active.length > 0 ? active : nodes)
    for (const node of active) {
      const delay = node === first ? 0 : random.skewed(node.baseDelayMs * slow, 0.45)
      queue.push({ at: at + delay, node, block })
    }
    block.row = { ...block.row, firstNode: first.row.name }
  }

  /** Makes the next block; gives when the one after it is due. */
  const produce = (): number => {
    height += 1
    load = Math.min(0.95, Math.max(0.08, load + random.between(-0.08, 0.08)))
    const parent = blocks.find((b) => b.row.canonical && b.row.number === height - 1)?.row
    const turn = height % sealers.length
    const missed = sealers.length > 1 && random.next() < 0.06
    const at = nextAt + (missed ? random.between(600, 2600) : 0)
    const main = seal(at, sealers[missed ? (turn + 1) % sealers.length : turn]!, parent, true)
    const fork = sealers.length > 2 && (missed || random.next() < 0.015) && random.next() < 0.6
    if (fork) {
      const other = seal(at + 240, sealers[(turn + 2) % sealers.length]!, parent, false)
      for (const b of [main, other]) b.row = { ...b.row, forks: 1 }
      forks += 1
      if (random.next() < 0.4) reorgs += 1
      const losers = new Set(nodes.filter(() => random.next() < 0.12))
      spread(at, main, (n) => !losers.has(n))
      spread(at + 240, other, (n) => losers.has(n))
    } else spread(at, main, () => true)
    nextAt += options.blockTimeMs
    return nextAt
  }

  const hear = (at: number, node: SimNode, block: SimBlock): void => {
    const delay = Math.max(0, Math.round(at - (block.row.arrivedAt ?? at)))
    block.seenBy.push([node.row.id, delay])
    if (node.row.state !== 'active') return
    const gap = block.row.number - (node.row.blockNumber ?? block.row.number - 1)
    const missed = gap > 1 ? Array.from({ length: Math.min(gap - 1, 39) }, () => -1) : []
    const propagation = gap > 0 ? [...node.row.propagation, ...missed, delay].slice(-40) : node.row.propagation
    const known = propagation.filter((v) => v >= 0)
    node.row = {
      ...node.row,
      lastSeenAt: at,
      blockNumber: block.row.number,
      blockHash: block.row.hash,
      blockMiner: block.row.miner,
      blockAt: at,
      blockTransactions: block.row.transactions,
      blockUncles: 0,
      totalDifficulty: String(block.row.number * 2),
      propagation,
      propagationMs: delay,
      propagationAvgMs: known.length > 0 ? Math.round(known.reduce((a, b) => a + b, 0) / known.length) : null,
    }
  }

  const live = (now: number): void => {
    for (const node of nodes) {
      const { row } = node
      if (node.flaky && random.next() < 0.004) {
        const state = row.state === 'active' ? 'inactive' : 'active'
        node.row = { ...row, state, stateSince: now, sessions: row.sessions + (state === 'active' ? 1 : 0) }
      } else if (row.syncing) {
        const blockNumber = Math.min(height, (row.blockNumber ?? height - 4000) + random.int(2, 30))
        node.row = { ...row, blockNumber, blockAt: now, lastSeenAt: now, syncing: blockNumber < height - 3 }
      } else if (row.state === 'active' && random.next() < 0.02) {
        const latencyMs = Math.round(random.skewed(24, 0.8))
        node.row = { ...row, latencyMs, pending: random.int(0, 60), lastSeenAt: now }
      }
      const n = node.row
      const behind = n.blockNumber === null ? null : Math.max(0, height - n.blockNumber)
      if (behind !== n.behind) node.row = { ...n, behind }
    }
  }

  const advance = (now: number): void => {
    for (let at = nextAt; at <= now; ) at = produce()
    queue.sort((a, b) => a.at - b.at)
    const due = queue.findIndex((q) => q.at > now)
    const heard = queue.splice(0, due === -1 ? queue.length : due)
    for (const q of heard) hear(q.at, q.node, q.block)
    for (const block of new Set(heard.map((q) => q.block))) {
      block.row = { ...block.row, nodes: block.seenBy.length, ...percentiles(block.seenBy.map((s) => s[1])) }
    }
    live(now)
  }

  const network: SimNetwork = {
    key: options.key,
    nodes,
    blocks: () => blocks.map((b) => b.row),
    detail: (hash) => {
      const block = blocks.find((b) => b.row.hash === hash)
      if (!block) return null
      const siblings = blocks.filter((b) => b !== block && b.row.number === block.row.number).map((b) => b.row.hash)
      return {
        ...block.row,
        extraData: `0x${'00'.repeat(32)}${random.hex(65).slice(2)}`,
        stateRoot: block.stateRoot,
        transactionsRoot: block.stateRoot,
        siblings,
        seenBy: block.seenBy.toSorted((a, b) => a[1] - b[1]),
      }
    },
    summary: () => summarise(options.key, network.blocks(), nodes, { forks, reorgs }),
    advance,
  }

  advance(start - 1)
  trouble(random, nodes, start, height, few)
  return network
}

/** Some nodes are already in trouble when the page opens. */
function trouble(random: Random, nodes: readonly SimNode[], now: number, height: number, few: boolean): void {
  if (few) return
  for (const [i, node] of nodes.entries()) {
    const dice = random.next()
    if (i % 211 === 7) node.row = { ...node.row, syncing: true, blockNumber: height - random.int(200, 9000) }
    else if (dice < 0.025) {
      const since = now - Math.round(random.skewed(3_600_000, 1.5))
      node.row = { ...node.row, state: 'inactive', stateSince: since, lastSeenAt: since }
    }
  }
}

export function percentiles(values: readonly number[]): Pick<BlockRow, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (p: number): number | null => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? null
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}
