import { medianOf } from '../lib/median.ts'

/** What the block time of a network usually is: the median of one sample an hour, of a day. */
export interface UsualBlockTime {
  /** Null until three hours are known. */
  readonly of: (network: string, blockTimeMs: number | null, at: number) => number | null
  readonly forget: (network: string) => void
}

const everyMs = 3_600_000
const most = 24
const fewest = 3

export const createUsualBlockTime = (): UsualBlockTime => {
  const known = new Map<string, { readonly samples: number[]; sampledAt: number }>()
  return {
    of(network, blockTimeMs, at) {
      let own = known.get(network)
      if (own === undefined) known.set(network, (own = { samples: [], sampledAt: Number.NEGATIVE_INFINITY }))
      if (blockTimeMs !== null && at - own.sampledAt >= everyMs) {
        own.samples.push(blockTimeMs)
        own.sampledAt = at
        if (own.samples.length > most) own.samples.shift()
      }
      const { samples } = own
      return samples.length < fewest ? null : medianOf(Float64Array.from(samples), samples.length)
    },
    forget: (network) => void known.delete(network),
  }
}
