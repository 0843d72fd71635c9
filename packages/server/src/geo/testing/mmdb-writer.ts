/**
 * Writes small MMDB files (format version 2, 24-bit records):
 *
 *     nodes (left, right) │ 16 zero bytes │ data │ marker │ metadata
 *
 * A record of a node is the number of another node, the number of nodes for "nothing", or that plus 16 plus an offset
 * into the data.
 */
import { isIP } from 'node:net'

type Value = string | number | { readonly [key: string]: Value }

export interface WriteOptions {
  /** 6 holds both families, IPv4 below `::/96`. */
  readonly ipVersion?: 4 | 6
  readonly type?: string
}

interface TreeNode {
  left?: TreeNode | number
  right?: TreeNode | number
}

/** Networks (`8.8.8.0/24`) must not lie within one another. */
export const writeMmdb = (networks: Readonly<Record<string, Value>>, options: WriteOptions = {}): Buffer => {
  const { ipVersion = 6, type = 'Test-City' } = options
  const data: Buffer[] = []
  let dataBytes = 0
  const root: TreeNode = {}
  for (const [network, record] of Object.entries(networks)) {
    insert(root, bitsOf(network, ipVersion), dataBytes)
    const bytes = encode(record)
    data.push(bytes)
    dataBytes += bytes.length
  }
  const nodes = numbered(root)
  const tree = Buffer.alloc(nodes.size * 6)
  const pointer = (below: TreeNode | number | undefined): number =>
    below === undefined ? nodes.size : typeof below === 'number' ? nodes.size + 16 + below : (nodes.get(below) ?? 0)
  for (const [node, number] of nodes) {
    tree.writeUIntBE(pointer(node.left), number * 6, 3)
    tree.writeUIntBE(pointer(node.right), number * 6 + 3, 3)
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: type,
    ip_version: ipVersion,
    node_count: nodes.size,
    record_size: 24,
  })
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata])
}

const insert = (root: TreeNode, bits: string, offset: number): void => {
  let node = root
  for (const bit of bits.slice(0, -1)) {
    const side = bit === '1' ? 'right' : 'left'
    const below = node[side]
    if (typeof below === 'object') node = below
    else node = node[side] = {}
  }
  node[bits.endsWith('1') ? 'right' : 'left'] = offset
}

const numbered = (root: TreeNode): Map<TreeNode, number> => {
  const nodes = new Map<TreeNode, number>()
  const visit = (node: TreeNode | number | undefined): void => {
    if (typeof node !== 'object') return
    nodes.set(node, nodes.size)
    visit(node.left)
    visit(node.right)
  }
  visit(root)
  return nodes
}

const bitsOf = (network: string, ipVersion: 4 | 6): string => {
  const [address = '', length] = network.split('/')
  const binary = (value: number, width: number): string => value.toString(2).padStart(width, '0')
  if (isIP(address) === 4) {
    const bits = address.split('.').map((octet) => binary(Number(octet), 8))
    return '0'.repeat(ipVersion === 6 ? 96 : 0) + bits.join('').slice(0, Number(length))
  }
  const [head = '', tail = ''] = address.split('::')
  const groups = (text: string): string[] => text.split(':').filter((one) => one !== '')
  const missing = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
  return all
    .map((group) => binary(Number.parseInt(group, 16), 16))
    .join('')
    .slice(0, Number(length))
}

const kinds = { text: 2, double: 3, uint32: 6, map: 7 } as const

const encode = (value: Value): Buffer => {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(kinds.text, text.length), text])
  }
  if (typeof value === 'number') {
    const whole = Number.isInteger(value) && value >= 0
    const bytes = Buffer.alloc(whole ? 4 : 8)
    if (whole) bytes.writeUInt32BE(value)
    else bytes.writeDoubleBE(value)
    return Buffer.concat([control(whole ? kinds.uint32 : kinds.double, bytes.length), bytes])
  }
  const entries = Object.entries(value)
  return Buffer.concat([
    control(kinds.map, entries.length),
    ...entries.flatMap(([key, one]) => [encode(key), encode(one)]),
  ])
}

/** Type and size; sizes to 284 are all that tests need. */
const control = (kind: number, size: number): Buffer => {
  if (size > 284) throw new RangeError('too large for this writer')
  return size < 29 ? Buffer.from([(kind << 5) | size]) : Buffer.from([(kind << 5) | 29, size - 29])
}
