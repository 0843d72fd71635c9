/** What a simulated node answers over JSON-RPC: what monitors and tools ask, from the chain that the node itself has. */
import type { Hex } from '@netstats/consensus/encoding'
import { lineage, quantity } from '../block.ts'
import type { SimBlock } from '../block.ts'
import type { SimNode, SimulatedEngine } from '../model.ts'
import type { Network } from '../network.ts'
import { blockOf, headerOf } from './rpc-block.ts'
import { RpcFault, faultCodes } from './rpc-fault.ts'

export interface Asked {
  readonly network: Network
  readonly node: SimNode
  readonly chainId: number
  /** Where it would listen for peers; only shown. */
  readonly port: number
}

type Method = (asked: Asked, params: readonly unknown[]) => unknown

/** Clients whose headers the engines are made after; the version says that nobody's program runs here. */
const clients: Readonly<Record<SimulatedEngine, string>> = {
  clique: 'Geth/v1.13.15-simulated/linux-amd64/go1.21.6',
  aura: 'OpenEthereum//v3.3.5-simulated/x86_64-linux-gnu/rustc1.59.0',
  ibft1: 'Geth/v1.10.3-simulated(quorum-v24.4.1)/linux-amd64/go1.19.13',
  ibft2: 'besu/v24.12.2-simulated/linux-x86_64/openjdk-java-21',
  qbft: 'besu/v24.12.2-simulated/linux-x86_64/openjdk-java-21',
}

export const clientOf = ({ network }: Pick<Asked, 'network'>): string => clients[network.options.engine]

/** The block of that number in the chain of the node's head. */
const atNumber = ({ network, node }: Asked, number: number): SimBlock | undefined => {
  if (number === 0) return network.genesis
  if (number > node.head.number) return undefined
  for (const block of lineage(node.head)) if (block.number <= number) return block.number === number ? block : undefined
  return undefined
}

const named = (asked: Asked, tag: unknown): SimBlock | undefined => {
  switch (tag) {
    case 'latest':
    case 'pending':
      return asked.node.head
    case 'earliest':
      return asked.network.genesis
    case 'finalized':
    case 'safe':
      throw new RpcFault(faultCodes.unknownBlock, 'Unknown block')
    default:
      if (typeof tag !== 'string' || !/^0x[0-9a-f]{1,12}$/i.test(tag))
        throw new RpcFault(faultCodes.params, 'invalid argument 0: neither a tag nor a block number in hex')
      return atNumber(asked, Number(tag))
  }
}

const hashed = ({ node, network }: Asked, hash: unknown): SimBlock | undefined => {
  if (typeof hash !== 'string' || !/^0x[0-9a-f]{64}$/i.test(hash))
    throw new RpcFault(faultCodes.params, 'invalid argument 0: no hash of 32 bytes in hex')
  const key = hash.toLowerCase() as Hex
  return node.blocks.get(key) ?? (network.genesis.hash === key ? network.genesis : undefined)
}

const whole = (block: SimBlock | undefined, full: unknown): unknown => block && blockOf(block, full === true)
const bare = (block: SimBlock | undefined): unknown => block && headerOf(block)
const transactions = (block: SimBlock | undefined): unknown => block && quantity(block.load.transactions)
const uncles = (block: SimBlock | undefined): unknown => block && '0x0'
const sealer = (block: SimBlock | undefined): Hex => {
  if (block?.truth === undefined) throw new RpcFault(faultCodes.unknownBlock, 'unknown block')
  return block.truth.sealer
}
const validators = (asked: Asked, tag: unknown): readonly Hex[] => {
  const block = named(asked, tag ?? 'latest')
  if (block === undefined) throw new RpcFault(faultCodes.unknownBlock, 'unknown block')
  return block.validators
}

const enodeOf = (node: SimNode, port: number): string =>
  `enode://${node.key.address.slice(2).repeat(4).slice(0, 128)}@127.0.0.1:${port}`

const nodeInfo = ({ network, node, port }: Asked): unknown => ({
  id: node.key.address.slice(2).repeat(2).slice(0, 64),
  name: clientOf({ network }),
  enode: enodeOf(node, port),
  ip: '127.0.0.1',
  ports: { discovery: port, listener: port },
})

const peers = ({ network, node, port }: Asked): unknown =>
  network.peersOf(node).map((peer) => ({
    id: peer.key.address.slice(2).repeat(2).slice(0, 64),
    name: clientOf({ network }),
    enode: enodeOf(peer, port + peer.index - node.index),
    caps: ['eth/68'],
    network: { inbound: peer.index < node.index },
  }))

const common: Readonly<Record<string, Method>> = {
  web3_clientVersion: clientOf,
  net_version: ({ chainId }) => String(chainId),
  net_listening: () => true,
  net_peerCount: ({ network, node }) => quantity(network.peersOf(node).length),
  eth_chainId: ({ chainId }) => quantity(chainId),
  eth_syncing: () => false,
  eth_mining: ({ node }) => node.head.validators.includes(node.key.address),
  eth_hashrate: () => '0x0',
  eth_coinbase: ({ node }) => node.key.address,
  eth_accounts: () => [],
  eth_gasPrice: ({ network, node }) => quantity(1_000_000_000 + network.waiting(node) * 1_000_000),
  eth_blockNumber: ({ node }) => quantity(node.head.number),
  eth_getBlockByNumber: (asked, [tag, full]) => whole(named(asked, tag), full),
  eth_getBlockByHash: (asked, [hash, full]) => whole(hashed(asked, hash), full),
  eth_getHeaderByNumber: (asked, [tag]) => bare(named(asked, tag)),
  eth_getHeaderByHash: (asked, [hash]) => bare(hashed(asked, hash)),
  eth_getBlockTransactionCountByNumber: (asked, [tag]) => transactions(named(asked, tag)),
  eth_getBlockTransactionCountByHash: (asked, [hash]) => transactions(hashed(asked, hash)),
  eth_getUncleCountByBlockNumber: (asked, [tag]) => uncles(named(asked, tag)),
  eth_getUncleCountByBlockHash: (asked, [hash]) => uncles(hashed(asked, hash)),
  txpool_status: ({ network, node }) => ({ pending: quantity(network.waiting(node)), queued: '0x0' }),
  admin_nodeInfo: nodeInfo,
  admin_peers: peers,
}

/** Of the engine's own namespace, as its client has it. */
const special: Readonly<Record<SimulatedEngine, Readonly<Record<string, Method>>>> = {
  clique: {
    clique_getSigner: (asked, [hash]) => sealer(hashed(asked, hash)),
    clique_getSigners: (asked, [tag]) => validators(asked, tag),
  },
  aura: {},
  ibft1: { istanbul_getValidators: (asked, [tag]) => validators(asked, tag) },
  ibft2: { ibft_getValidatorsByBlockNumber: (asked, [tag]) => validators(asked, tag) },
  qbft: { qbft_getValidatorsByBlockNumber: (asked, [tag]) => validators(asked, tag) },
}

export const callMethod = (asked: Asked, method: string, params: readonly unknown[]): unknown => {
  const own = special[asked.network.options.engine]
  const found = Object.hasOwn(common, method) ? common[method] : Object.hasOwn(own, method) ? own[method] : undefined
  if (found === undefined) throw new RpcFault(faultCodes.method, `the method ${method} does not exist/is not available`)
  return found(asked, params)
}
