/** Who may send, how many connections, and how much: by source address, of IPv6 by its /64. */
import { BlockList, isIP } from 'node:net'
import { createBoundedMap, createFairPool, createFairShare, originOf } from '@netstats/sdk/limits'
import type { PoolRefusal } from '@netstats/sdk/limits'
import { listenerBounds } from './config.ts'
import type { ListenConfig } from './config.ts'

/** A sender, as far as its address tells. */
export interface Peer {
  readonly address: string
  /** What shares are given to. */
  readonly origin: string
  readonly isAllowed: boolean
}

/** Anyone who may open a Unix socket: one sender, as far as shares go. */
export const localPeer: Peer = { address: 'unix', origin: 'unix', isAllowed: true }

export interface Gate {
  peerOf(address: string): Peer
  /** Undefined: it may have a connection more, and `leave` must follow. */
  enter(peer: Peer): PoolRefusal | undefined
  leave(peer: Peer): void
  /** Whether more of its bytes are read now. */
  mayRead(peer: Peer, now: number): boolean
  charge(peer: Peer, bytes: number, now: number): void
}

/** Addresses whose origin is kept, so that it is not worked out for each packet. */
const maxPeers = 10_000

export const createGate = ({ allow, connections }: Pick<ListenConfig, 'allow' | 'connections'>, now: number): Gate => {
  const allowed = allow === undefined ? undefined : blockListOf(allow)
  const peers = createBoundedMap<string, Peer>(maxPeers)
  const pool = createFairPool({
    places: connections,
    each: Math.max(1, Math.ceil(connections / 5)),
    reserve: connections >> 2,
    few: Math.max(1, Math.ceil(connections / 100)),
  })
  const shares = createFairShare(listenerBounds.rates, now)

  const isAllowed = (address: string): boolean => {
    if (allowed === undefined) return true
    const plain = address.replace(/%.*$/, '')
    return allowed.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }

  return {
    peerOf(address) {
      let peer = peers.get(address)
      if (peer === undefined)
        peers.set(
          address,
          (peer = { address: shownAddress(address), origin: originOf(address), isAllowed: isAllowed(address) }),
        )
      return peer
    },
    enter({ origin }) {
      const refusal = pool.refusal(origin)
      if (refusal === undefined) pool.enter(origin)
      return refusal
    },
    leave: ({ origin }) => pool.leave(origin),
    mayRead: ({ origin }, time) => shares.mayGoOn(origin, time),
    charge: ({ origin }, bytes, time) => shares.charge(origin, time, Math.max(bytes, listenerBounds.packetBytes)),
  }
}

/** As people write it: sockets of both families show an address of IPv4 in the form of IPv6. */
const shownAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

const blockListOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
