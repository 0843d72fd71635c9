/**
 * What is kept for good is limited by the one who brings it, so that one reporter cannot fill the disk. Each allowance is
 * far above what a sound network needs; beyond it rows are given up and counted, or wait until they are allowed again.
 */
import { takeTokens, createTokenBucket } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'

export interface WriteQuotaLimits {
  /** Blocks that one node is the first to tell of. A node that has just come may bring a whole window of them. */
  readonly blocks: Rate
  /** Characters of extra data of those blocks, and of all blocks together. 300 validators need 60,000 a block. */
  readonly extraData: Rate
  readonly allExtraData: Rate
  /** Changes of a node: its state, who it says it is. Those beyond wait; of several that wait the last one counts. */
  readonly changes: Rate
  /** Reorganisations of a network. */
  readonly reorgs: Rate
  /** Blocks of a network whose result is told once more because they changed sides. */
  readonly again: Rate
}

export const defaultWriteQuota: WriteQuotaLimits = {
  blocks: { perSecond: 5, burst: 4000 },
  extraData: { perSecond: 32_768, burst: 16 << 20 },
  allExtraData: { perSecond: 262_144, burst: 256 << 20 },
  changes: { perSecond: 0.5, burst: 500 },
  reorgs: { perSecond: 1, burst: 1000 },
  again: { perSecond: 20, burst: 10_000 },
}

type PerOwner = Exclude<keyof WriteQuotaLimits, 'allExtraData'>

export interface WriteQuota {
  /** Takes from what the owner may have, where there is as much. */
  take(what: PerOwner, owner: object, at: number, cost?: number): boolean
  /** Takes also what is not there, so that it is missing later. */
  charge(what: PerOwner, owner: object, at: number, cost: number): void
  extraData(owner: object, at: number, characters: number): boolean
}

export const createWriteQuota = (limits: WriteQuotaLimits): WriteQuota => {
  const owners: { readonly [K in PerOwner]: WeakMap<object, TokenBucket> } = {
    blocks: new WeakMap(),
    extraData: new WeakMap(),
    changes: new WeakMap(),
    reorgs: new WeakMap(),
    again: new WeakMap(),
  }
  let all: TokenBucket | undefined

  const bucketOf = (what: PerOwner, owner: object, at: number): TokenBucket => {
    let bucket = owners[what].get(owner)
    if (bucket === undefined) owners[what].set(owner, (bucket = createTokenBucket(limits[what], at)))
    return bucket
  }

  return {
    take: (what, owner, at, cost = 1) => takeTokens(bucketOf(what, owner, at), limits[what], at, cost),
    charge: (what, owner, at, cost) => void takeTokens(bucketOf(what, owner, at), limits[what], at, cost, -Infinity),
    extraData(owner, at, characters) {
      all ??= createTokenBucket(limits.allExtraData, at)
      return (
        takeTokens(bucketOf('extraData', owner, at), limits.extraData, at, characters) &&
        takeTokens(all, limits.allExtraData, at, characters)
      )
    },
  }
}
