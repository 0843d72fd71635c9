import type { CoreOptions } from './options.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import type { Shard } from './shard-state.ts'

/** Key of nodes that do not say which network they are on, and of those beyond the number of networks kept apart. */
export const unknownKey = 'unknown'
export const overflowKey = 'overflow'

/**
 * Which network a node belongs to. The plain network id is the key of the first chain seen with it, and of nodes whose
 * genesis is not known; a second chain with the same id gets `id-` and the first hex digits of its genesis.
 */
export interface NetworkDirectory {
  readonly shards: Map<string, Shard>
  /** Shards of one network id, the plain one first. */
  readonly byId: Map<string, Shard[]>
}

export const createNetworkDirectory = (): NetworkDirectory => ({ shards: new Map(), byId: new Map() })

/** Decimal text without leading zeros; anything else is `unknown`, so that no name can pose as another key. */
export const baseKey = (networkId: string | undefined | null): string =>
  networkId !== undefined && networkId !== null && /^\d{1,78}$/.test(networkId)
    ? networkId.replace(/^0+(?=\d)/, '')
    : unknownKey

/**
 * The shard of a network id and genesis, made by `create` where there is none. A node without a genesis stays where it
 * is known: it may have told its genesis in an earlier session.
 */
export const shardFor = (
  directory: NetworkDirectory,
  networkId: string | undefined | null,
  genesis: string | undefined | null,
  node: string,
  keyOf: CoreOptions['keyOf'],
  create: (key: string, networkId: string | null) => Shard,
): Shard => {
  const base = baseKey(networkId)
  const given = keyOf?.(base, genesis ?? null)
  if (given !== undefined) return givenShard(directory, base, given, genesis ?? null, create)
  const family = directory.byId.get(base)
  if (genesis === undefined || genesis === null) {
    const known = family?.find((shard) => shard.nodes.has(node))
    return known ?? plainOf(directory, base) ?? create(base, base === unknownKey ? null : base)
  }
  const same = family?.find((shard) => shard.genesis === genesis)
  if (same !== undefined) return same
  const plain = plainOf(directory, base)
  if (plain === undefined || plain.genesis === null) {
    const shard = plain ?? create(base, base === unknownKey ? null : base)
    if (shard.key !== overflowKey) shard.genesis = genesis
    return shard
  }
  const shard = create(suffixed(directory, base, genesis), base === unknownKey ? null : base)
  if (shard.key !== overflowKey) shard.genesis = genesis
  return shard
}

/** The network whose key is the plain id. Where an operator merged chains of another id into it, those may have made it. */
const plainOf = (directory: NetworkDirectory, base: string): Shard | undefined => {
  const plain = directory.shards.get(base)
  const family = directory.byId.get(base) ?? []
  if (plain !== undefined && !family.includes(plain)) directory.byId.set(base, [plain, ...family])
  return plain
}

/** The network of a chain that an operator gave a key, its own or that of another one. */
const givenShard = (
  directory: NetworkDirectory,
  base: string,
  key: string,
  genesis: string | null,
  create: (key: string, networkId: string | null) => Shard,
): Shard => {
  const shard = directory.shards.get(key) ?? create(key, base === unknownKey ? null : base)
  if (shard.key !== overflowKey) shard.genesis ??= genesis
  // Its nodes are looked for by the id they say.
  const family = directory.byId.get(base) ?? []
  if (shard.key !== overflowKey && !family.includes(shard)) directory.byId.set(base, [...family, shard])
  return shard
}

// Two hashes may begin alike: more digits then.
const suffixed = (directory: NetworkDirectory, base: string, genesis: string): string => {
  for (const digits of [8, 16, 64]) {
    const key = `${base}-${genesis.slice(2, 2 + digits)}`
    if (!directory.shards.has(key)) return key
  }
  return `${base}-${genesis}`
}

/**
 * Whether the name still means the same chain here: sessions may have come first and given the chain another name, or
 * another chain this one.
 */
export const isSameChain = (
  directory: NetworkDirectory,
  key: string,
  networkId: string | null,
  genesis: string | null,
): boolean =>
  (directory.byId.get(baseKey(networkId)) ?? []).every((shard) =>
    shard.key === key
      ? shard.genesis === genesis || shard.genesis === null || genesis === null
      : shard.genesis !== genesis || genesis === null,
  )

export const addShard = (directory: NetworkDirectory, shard: Shard): void => {
  directory.shards.set(shard.key, shard)
  if (shard.key === overflowKey) return
  const base = baseKey(shard.networkId)
  const family = directory.byId.get(base) ?? []
  if (shard.key === base) family.unshift(shard)
  else family.push(shard)
  directory.byId.set(base, family)
}

export const dropShard = (directory: NetworkDirectory, shard: Shard): void => {
  directory.shards.delete(shard.key)
  for (const [base, members] of directory.byId) {
    if (!members.includes(shard)) continue
    const family = members.filter((one) => one !== shard)
    if (family.length === 0) directory.byId.delete(base)
    else directory.byId.set(base, family)
  }
}

/** Where a node is known under a network id: the network of its newest session, if it has one. */
export const findNode = (directory: NetworkDirectory, networkId: string | undefined, id: string): Shard | undefined => {
  let best: { shard: Shard; node: NodeRecord } | undefined
  for (const shard of directory.byId.get(baseKey(networkId)) ?? []) {
    const node = shard.nodes.get(id)
    if (node !== undefined && (best === undefined || newer(node, best.node))) best = { shard, node }
  }
  if (best !== undefined) return best.shard
  const overflow = directory.shards.get(overflowKey)
  return overflow?.nodes.has(id) === true ? overflow : undefined
}

const newer = (a: NodeRecord, b: NodeRecord): boolean =>
  a.connected === b.connected ? a.connectedAt > b.connectedAt : a.connected
