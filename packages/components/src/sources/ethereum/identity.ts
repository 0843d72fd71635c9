/** Who a node is and which chain it is on. */
import { platform, release } from 'node:os'
import type { Hash, NodeInfo } from '@netstats/protocol'
import { call } from './rpc/messages.ts'
import type { Reply } from './rpc/messages.ts'
import type { NodeClient } from './node-client.ts'
import { tryHash, tryQuantity, tryRecord, tryText, tryWhole } from './values.ts'

export interface Identity {
  readonly client: string | undefined
  readonly networkId: string | undefined
  readonly protocol: string | undefined
  readonly genesis: Hash | undefined
}

export const readIdentity = async (client: NodeClient, options: { signal: AbortSignal }): Promise<Identity> => {
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
  return {
    client: tryText(result(version), 300),
    networkId: (tryQuantity(result(network)) ?? tryQuantity(result(chain)))?.toString(),
    protocol: readProtocol(result(protocol)),
    genesis: tryHash(tryRecord(result(genesis))?.['hash']),
  }
}

const result = (reply: Reply | undefined): unknown => (reply?.ok ? reply.result : undefined)

const readProtocol = (value: unknown): string | undefined => {
  const number = tryWhole(value)
  return number === undefined ? tryText(value, 300) : `eth/${number}`
}

/**
 * What is known after another look. A fact that the node did not tell this time stays as it was, unless it told another
 * network: then nothing of the old one holds.
 */
export const mergeIdentity = (old: Identity | undefined, now: Identity): Identity => {
  if (!old || isOtherChain(old, now)) return now
  return {
    client: now.client ?? old.client,
    networkId: now.networkId ?? old.networkId,
    protocol: now.protocol ?? old.protocol,
    genesis: now.genesis ?? old.genesis,
  }
}

export const isOtherChain = (old: Identity, now: Identity): boolean =>
  differ(old.networkId, now.networkId) || differ(old.genesis, now.genesis)

const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b

export const sameIdentity = (a: Identity | undefined, b: Identity): boolean =>
  a !== undefined &&
  a.client === b.client &&
  a.networkId === b.networkId &&
  a.protocol === b.protocol &&
  a.genesis === b.genesis

/** The operating system is that of the agent: beside the node it is the node's as well. */
export const toNodeInfo = (
  identity: Identity | undefined,
  { name, contact, reporter }: { name: string; contact: string | undefined; reporter: string },
): NodeInfo => ({
  name,
  ...(identity?.client === undefined ? {} : { client: identity.client }),
  ...(identity?.networkId === undefined ? {} : { networkId: identity.networkId }),
  ...(identity?.genesis === undefined ? {} : { genesis: identity.genesis }),
  ...(identity?.protocol === undefined ? {} : { protocol: identity.protocol }),
  ...(contact === undefined ? {} : { contact }),
  os: platform(),
  osVersion: release().slice(0, 100),
  reporter,
  canUpdateHistory: true,
})
