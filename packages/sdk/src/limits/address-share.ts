/**
 * Whom a share is given to and a failure is counted for: an address of IPv4 whole, of IPv6 the /64, because a machine changes
 * the rest as it likes. Every pool and every lock counts by it.
 */
export const originOf = (address: string): string => {
  if (!address.includes(':')) return address
  const groups = groupsOf(address)
  const [, , , , , mark, high, low] = groups
  // An address of IPv4 in the form of IPv6 stands for one machine; all of them share a /64.
  if (groups.length === 8 && groups.slice(0, 5).every((group) => group === '0') && mark === 'ffff')
    return dottedOf(high, low)
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The groups of an address of IPv6 in hex digits, without leading zeros; dots at its end are two groups. */
const groupsOf = (address: string): readonly string[] => {
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::')
  const split = (text: string): readonly string[] => (text === '' ? [] : text.split(':').flatMap(hexOfDotted))
  const before = split(head)
  const after = split(tail ?? '')
  const between = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(between).fill('0'), ...after].map((group) => group.replace(/^0+(?=.)/, ''))
}

const hexOfDotted = (group: string): readonly string[] => {
  const bytes = group.split('.').map(Number)
  if (bytes.length !== 4) return [group]
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
}

const dottedOf = (high = '0', low = '0'): string =>
  [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join('.')
