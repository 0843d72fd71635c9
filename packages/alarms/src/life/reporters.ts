/** What a node may have told at once of what it reports, and how soon it may have another one told. */
const capacity = 200
const everyMs = 10_000

export interface Reporters {
  /** False: it has told enough for now. */
  readonly mayTell: (network: string | null, node: string | null, at: number) => boolean
  readonly shift: (backMs: number) => void
}

/** Whoever has told nothing for as long as it takes to have all of it again is forgotten. */
export const createReporters = (): Reporters => {
  // When each would have all of it again, in the order of the newest use.
  let fullAt = new Map<string, number>()
  return {
    mayTell(network, node, at) {
      for (const [key, full] of fullAt) {
        if (full > at) break
        fullAt.delete(key)
      }
      const key = JSON.stringify([network, node])
      const full = Math.max(at, fullAt.get(key) ?? at) + everyMs
      if (full - at > capacity * everyMs) return false
      fullAt.delete(key)
      fullAt.set(key, full)
      return true
    },
    shift(backMs) {
      fullAt = new Map(Array.from(fullAt, ([key, full]) => [key, full - backMs]))
    },
  }
}
