import { BlockList, isIP, SocketAddress } from 'node:net'

/** IPv4 that is nobody's on the open internet: RFC 6890 and what the registries added. */
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // behind the NAT of a carrier
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3', // multicast and reserved
]

/** Exceptions within 2000::/3, outside which no IPv6 address is public: tunnels, whose end is not where they lead, and documentation. */
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const listOf = (networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList()
  for (const one of networks) {
    const [network = '', bits] = one.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}

const notPublic4 = listOf(special4, 'ipv4')
const unicast6 = listOf(['2000::/3'], 'ipv6')
const notPublic6 = listOf(special6, 'ipv6')
const mapped = '::ffff:'

/** The address as a database knows it, IPv4 without its IPv6 clothes; null where no database can know a place for it. */
export const publicAddress = (address: string): string | null => {
  const family = isIP(address)
  // A zone (`fe80::1%eth0`) means a link of this machine.
  if (family === 0 || address.includes('%')) return null
  if (family === 4) return notPublic4.check(address) ? null : address
  const plain = new SocketAddress({ address, family: 'ipv6' }).address
  if (plain.startsWith(mapped)) return publicAddress(plain.slice(mapped.length))
  return unicast6.check(plain, 'ipv6') && !notPublic6.check(plain, 'ipv6') ? plain : null
}
