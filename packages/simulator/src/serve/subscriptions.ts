/** Subscriptions of one connection, and the notices of new heads they get. */
import { keccak, toHex } from '@netstats/consensus/encoding'
import { lineage } from '../block.ts'
import type { SimBlock } from '../block.ts'
import { headerOf } from './rpc-block.ts'
import { RpcFault, faultCodes } from './rpc-fault.ts'

export interface Subscriptions {
  /** `eth_subscribe` or `eth_unsubscribe`; undefined for any other method. */
  call(method: string, params: readonly unknown[]): { readonly result: unknown } | undefined
  /** Notices for everybody who subscribed, of what is new on the way from one head to the other. */
  notices(from: SimBlock, to: SimBlock): readonly string[]
}

const maxSubscriptions = 16
/** Most blocks in one go: of a chain that was long away the newest. */
const maxNotices = 64

export const createSubscriptions = (connection: number): Subscriptions => {
  const heads = new Set<string>()
  let made = 0
  const subscribe = ([what]: readonly unknown[]): string => {
    if (what !== 'newHeads') throw new RpcFault(faultCodes.params, 'only newHeads can be subscribed to')
    if (heads.size >= maxSubscriptions) throw new RpcFault(faultCodes.limit, 'too many subscriptions')
    const seed = new TextEncoder().encode(`subscription ${connection} ${made++}`)
    const id = toHex(keccak(seed).subarray(0, 16))
    heads.add(id)
    return id
  }
  return {
    call: (method, params) => {
      if (method === 'eth_subscribe') return { result: subscribe(params) }
      if (method !== 'eth_unsubscribe') return undefined
      const [id] = params
      if (typeof id === 'string' && heads.delete(id)) return { result: true }
      throw new RpcFault(-32_000, 'subscription not found')
    },
    notices: (from, to) => {
      if (heads.size === 0) return []
      return newBlocks(from, to).flatMap((block) =>
        [...heads].map((subscription) =>
          JSON.stringify({
            jsonrpc: '2.0',
            method: 'eth_subscription',
            params: { subscription, result: headerOf(block) },
          }),
        ),
      )
    },
  }
}

/** Blocks of the chain of `to` that the chain of `from` has not, the oldest first. */
export const newBlocks = (from: SimBlock, to: SimBlock): readonly SimBlock[] => {
  const fresh: SimBlock[] = []
  let old: SimBlock | undefined = from
  for (const block of lineage(to)) {
    while (old !== undefined && old.number > block.number) old = old.parent
    if (old === block || fresh.length >= maxNotices) break
    fresh.unshift(block)
  }
  return fresh
}
