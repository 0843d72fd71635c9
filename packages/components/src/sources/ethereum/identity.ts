/** Who a node is and which chain it is on. */
import { platform, release } from 'node:os'
import type { Hash, NodeInfo } from '@netstats/protocol'
import { fieldsOf, filled, hash, quantity, whole } from '@netstats/protocol/loose'
import { call } from './rpc/messages.ts'
import type { Reply } from './rpc/messages.ts'
import type { NodeClient } from './node-client.ts'

export interface Identity {
  readonly client: string | undefined
  /** What `net_version` says, and what `eth_chainId` does: they need not be the same, and one of them may be refused now and then. */
  readonly networkId: string | undefined
  readonly chainId: string | undefined
  readonly protocol: string | undefined
  readonly genesis: Hash | undefined
}

/** `odd`: block 0 was asked for and something else was answered. */
export const readIdentity = async (
  client: NodeClient,
  options: { signal: AbortSignal },
): Promise<Identity & { readonly odd: boolean }> => {
  const [version, network, chain, protocol, genesis] = await client.ask(
    [
      call('web3_clientVersion'),
      call('net_version'),
      call('eth_chainId'),
      call('eth_protocolVersion'),
      call('eth_getBlockByNumber', '0x0', false),
    ],
    options,
  )
  const first = fieldsOf(result(genesis))
  // Some gateways answer with their newest block, whatever is asked for.
  const odd = first !== undefined && whole(first.number) !== 0
  return {
    odd,
    client: filled(result(version), 300),
    networkId: quantity(result(network))?.toString(),
    chainId: quantity(result(chain))?.toString(),
    protocol: readProtocol(result(protocol)),
    genesis: odd ? undefined : hash(first?.hash),
  }
}

const result = (reply: Reply | undefined): unknown => (reply?.ok ? reply.result : undefined)

const readProtocol = (value: unknown): string | undefined => {
  const number = whole(value)
  return number === undefined ? filled(value, 300) : `eth/${number}`
}

/**
 * What is known after another look. A fact that the node did not tell this time stays as it was, unless it told another
 * network: then nothing of the old one holds.
 */
export const mergeIdentity = (old: Identity | undefined, now: Identity): Identity => {
  if (!old || isOtherChain(old, now)) return factsOf(now)
  return {
    client: now.client ?? old.client,
    networkId: now.networkId ?? old.networkId,
    chainId: now.chainId ?? old.chainId,
    protocol: now.protocol ?? old.protocol,
    genesis: now.genesis ?? old.genesis,
  }
}

/** The network as it is told: by the id that nodes tell each other, or else by the one in signatures. */
export const networkOf = ({ networkId, chainId }: Identity): string | undefined => networkId ?? chainId

const factsOf = ({ client, networkId, chainId, protocol, genesis }: Identity): Identity => ({
  client,
  networkId,
  chainId,
  protocol,
  genesis,
})

export const isOtherChain = (old: Identity, now: Identity): boolean =>
  differ(old.networkId, now.networkId) || differ(old.chainId, now.chainId) || differ(old.genesis, now.genesis)

const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b

export const sameIdentity = (a: Identity | undefined, b: Identity): boolean =>
  a !== undefined &&
  a.client === b.client &&
  a.networkId === b.networkId &&
  a.chainId === b.chainId &&
  a.protocol === b.protocol &&
  a.genesis === b.genesis

/** The operating system is that of the agent: beside the node it is the node's as well. */
export const toNodeInfo = (
  identity: Identity | undefined,
  { name, contact, reporter }: { name: string; contact: string | undefined; reporter: string },
): NodeInfo => {
  const network = identity && networkOf(identity)
  return {
    name,
    ...(identity?.client === undefined ? {} : { client: identity.client }),
    ...(network === undefined ? {} : { networkId: network }),
    ...(identity?.genesis === undefined ? {} : { genesis: identity.genesis }),
    ...(identity?.protocol === undefined ? {} : { protocol: identity.protocol }),
    ...(contact === undefined ? {} : { contact }),
    os: platform(),
    osVersion: release().slice(0, 100),
    reporter,
    canUpdateHistory: true,
  }
}
