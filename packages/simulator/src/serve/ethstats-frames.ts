/** What a simulated node says over ethstats, as geth says it: its author is who sealed, not what the header has there. */
import type { Block, NodeInfo } from '@netstats/protocol'
import { wei } from '@netstats/protocol'
import { writeBlock, writeHistory, writePending, writeStats } from '@netstats/protocol/ethstats'
import { address, readBlock } from '@netstats/protocol/loose'
import { lineage } from '../block.ts'
import type { SimBlock } from '../block.ts'
import { clientOf } from './methods.ts'
import type { Asked } from './methods.ts'
import { blockOf } from './rpc-block.ts'

const historyBlocks = 50

export const infoOf = ({ network, node, chainId, port }: Asked): NodeInfo => ({
  name: node.name,
  client: clientOf({ network }),
  networkId: String(chainId),
  protocol: 'eth/68',
  port,
  os: 'linux',
  osVersion: 'simulated',
  canUpdateHistory: true,
})

const told = (block: SimBlock): Block => {
  const reading = readBlock(blockOf(block, false), { hashes: true })
  if (reading.block === undefined) throw new TypeError(`a simulated block without ${reading.fault}`)
  const miner = address(block.truth?.sealer)
  return miner === undefined ? reading.block : { ...reading.block, miner }
}

export const blockFrame = ({ node }: Asked): string => writeBlock(node.name, told(node.head))

export const stateFrames = ({ network, node }: Asked): readonly string[] => [
  writePending(node.name, network.waiting(node)),
  writeStats(node.name, {
    active: true,
    syncing: false,
    mining: node.head.validators.includes(node.key.address),
    hashrate: 0,
    peers: network.peersOf(node).length,
    gasPrice: wei(1_000_000_000n),
    uptime: 100,
  }),
]

/** `numbers` undefined: the newest. Those it does not have are left out. */
export const historyFrame = ({ node }: Asked, numbers: readonly number[] | undefined): string => {
  const wanted = numbers && new Set(numbers)
  const least = numbers === undefined ? node.head.number - historyBlocks + 1 : Math.min(...numbers)
  const blocks: Block[] = []
  for (const block of lineage(node.head)) {
    if (block.number < least) break
    if (wanted?.has(block.number) ?? true) blocks.push(told(block))
  }
  return writeHistory(node.name, blocks)
}
