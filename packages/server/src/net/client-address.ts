import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { isLoopback } from '../lib/loopback.ts'
import { ServerError } from '../lib/errors.ts'

/** Finds out who is at the other end of a connection. */
export type AddressOf = (remote: string | undefined, forwardedFor: string | undefined) => string

/** `::ffff:10.0.0.7` is 10.0.0.7: one peer must not count as two. */
export const plainAddress = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address)

/** An entry of `X-Forwarded-For` as an address: some proxies add the port, and put IPv6 into brackets for it. */
const hopAddress = (hop: string): string => {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([^:]*):\d{1,5})$/.exec(hop) ?? []
  return plainAddress(bracketed ?? dotted ?? hop)
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const addTo = (list: BlockList, entry: string): void => {
  const [network = '', bits, ...rest] = entry.split('/')
  const family = isIP(network)
  const most = family === 6 ? 128 : 32
  const prefix = bits === undefined ? most : Number(bits)
  if (family === 0 || rest.length > 0 || bits === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > most) {
    throw new ServerError(
      'SERVER_ADDRESS_INVALID',
      `"${entry.slice(0, 80)}" is no address or network; write 10.0.0.1, 10.0.0.0/8 or fd00::/8.`,
    )
  }
  list.addSubnet(network, prefix, familyOf(network))
}

/** A test for membership in a list of addresses and networks, `10.0.0.0/8`. */
export const createAddressList = (entries: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const entry of entries) addTo(list, entry)
  return (address) => entries.length > 0 && isIP(address) !== 0 && list.check(address, familyOf(address))
}

/** Whether the other end of a connection is one of these proxies. */
export const createProxyTest = (trustedProxies: readonly string[]): ((remote: string | undefined) => boolean) => {
  const trusted = createAddressList(trustedProxies)
  return (remote) => trusted(plainAddress(remote ?? ''))
}

const ofProxies = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/**
 * Whether a request says that a proxy brought it which nobody named, from anywhere: all addresses that it tells have to be of this
 * machine.
 */
export const createUnknownProxyTest = (
  trustedProxies: readonly string[],
): ((request: Pick<IncomingMessage, 'headers' | 'socket'>) => boolean) => {
  const isProxy = createProxyTest(trustedProxies)
  return ({ headers, socket }) => {
    if (!ofProxies.some((name) => name in headers) || isProxy(socket.remoteAddress)) return false
    const headerValues = [headers['x-forwarded-for'], headers['x-real-ip']].filter((one) => one !== undefined)
    const hops = headerValues.join(',').slice(0, 2000).split(',')
    return headerValues.length === 0 || !hops.every((hop) => isLoopback(hopAddress(hop.trim())))
  }
}

/**
 * The peer's address. `X-Forwarded-For` counts only where the connection comes from a trusted proxy, and is read from
 * the right: everything left of the first address that is no proxy of ours could have been made up by the peer.
 */
export const createAddressOf = (trustedProxies: readonly string[]): AddressOf => {
  const trusted = createAddressList(trustedProxies)
  return (remote, forwardedFor) => {
    let address = plainAddress(remote ?? '')
    if (forwardedFor === undefined || !trusted(address)) return address
    for (const hop of forwardedFor.slice(-2000).split(',').reverse()) {
      const next = hopAddress(hop.trim())
      if (isIP(next) === 0) return address
      address = next
      if (!trusted(address)) return address
    }
    return address
  }
}
