import type { NodeRecord } from './node-record.ts'
import type { Shard } from './shard-state.ts'

/** Key of nodes that do not say which network they are on, and of those beyond the number of networks kept apart. */
export const unknownKey = 'unknown'
export const overflowKey = 'overflow'

/**
 * Which network a node belongs to. The plain network id is the key of the first chain seen with it, and of nodes whose
 * genesis is not known; a second chain with the same id gets `id-` and the first hex digits of its genesis.
 */
export interface Registry {
  readonly shards: Map<string, Shard>
  /** Shards of one network id, the plain one first. */
  readonly byId: Map<string, Shard[]>
}

export const createRegistry = (): Registry => ({ shards: new Map(), byId: new Map() })

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
  registry: Registry,
  networkId: string | undefined | null,
  genesis: string | undefined | null,
  node: string,
  create: (key: string, networkId: string | null) => Shard,
): Shard => {
  const base = baseKey(networkId)
  const family = registry.byId.get(base)
  if (genesis === undefined || genesis === null) {
    const known = family?.find((shard) => shard.nodes.has(node))
    return known ?? family?.find((shard) => shard.key === base) ?? create(base, base === unknownKey ? null : base)
  }
  const same = family?.find((shard) => shard.genesis === genesis)
  if (same !== undefined) return same
  const plain = family?.find((shard) => shard.key === base)
  if (plain === undefined || plain.genesis === null) {
    const shard = plain ?? create(base, base === unknownKey ? null : base)
    if (shard.key !== overflowKey) shard.genesis = genesis
    return shard
  }
  const shard = create(suffixed(registry, base, genesis), base === unknownKey ? null : base)
  if (shard.key !== overflowKey) shard.genesis = genesis
  return shard
}

// Two hashes may begin alike: more digits then.
const suffixed = (registry: Registry, base: string, genesis: string): string => {
  for (const digits of [8, 16, 64]) {
    const key = `${base}-${genesis.slice(2, 2 + digits)}`
    if (!registry.shards.has(key)) return key
  }
  return `${base}-${genesis}`
}

/**
 * Whether the name still means the same chain here: sessions may have come first and given the chain another name, or
 * another chain this one.
 */
export const isSameChain = (
  registry: Registry,
  key: string,
  networkId: string | null,
  genesis: string | null,
): boolean =>
  (registry.byId.get(baseKey(networkId)) ?? []).every((shard) =>
    shard.key === key
      ? shard.genesis === genesis || shard.genesis === null || genesis === null
      : shard.genesis !== genesis || genesis === null,
  )

export const addShard = (registry: Registry, shard: Shard): void => {
  registry.shards.set(shard.key, shard)
  if (shard.key === overflowKey) return
  const base = baseKey(shard.networkId)
  const family = registry.byId.get(base) ?? []
  if (shard.key === base) family.unshift(shard)
  else family.push(shard)
  registry.byId.set(base, family)
}

export const dropShard = (registry: Registry, shard: Shard): void => {
  registry.shards.delete(shard.key)
  const base = baseKey(shard.networkId)
  const family = registry.byId.get(base)?.filter((one) => one !== shard) ?? []
  if (family.length === 0) registry.byId.delete(base)
  else registry.byId.set(base, family)
}

/** Where a node is known under a network id: the network of its newest session, if it has one. */
export const findNode = (registry: Registry, networkId: string | undefined, id: string): Shard | undefined => {
  let best: { shard: Shard; node: NodeRecord } | undefined
  for (const shard of registry.byId.get(baseKey(networkId)) ?? []) {
    const node = shard.nodes.get(id)
    if (node !== undefined && (best === undefined || newer(node, best.node))) best = { shard, node }
  }
  if (best !== undefined) return best.shard
  const overflow = registry.shards.get(overflowKey)
  return overflow?.nodes.has(id) === true ? overflow : undefined
}

const newer = (a: NodeRecord, b: NodeRecord): boolean =>
  a.connected === b.connected ? a.connectedAt > b.connectedAt : a.connected
