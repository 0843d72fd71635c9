import type { Causes } from './causes.ts'
import type { Entry } from './entry.ts'
import type { Families } from './families.ts'
import type { Life } from './life.ts'
import type { Lifecycle } from './lifecycle.ts'

/** A symptom waits so long for a cause that is about to be raised. */
const patienceMs = 60_000

export interface RaisingParts {
  readonly life: Life
  readonly lifecycle: Lifecycle
  readonly families: Families
  readonly causes: Causes
  readonly gatherMs: number
}

/** Raises what has lasted as long as its rule waits: causes first, and many of a kind as one. */
export const raisingIn = ({ life, lifecycle, families, causes, gatherMs }: RaisingParts): ((now: number) => void) => {
  /** A node's alarm waits to see whether it is one of many. */
  const waitOf = (entry: Entry): number => (entry.node === null ? entry.holdFor : Math.max(entry.holdFor, gatherMs))

  const raiseAll = (network: string | null, rule: string, entries: readonly Entry[]): void => {
    lifecycle.outages.gather(network, rule, entries)
    for (const entry of entries) lifecycle.raise(entry, entry.parent)
  }

  return (now) => {
    const due: Entry[] = []
    for (const entry of life.entries.values())
      if (entry.record === null && now - entry.since >= waitOf(entry)) due.push(entry)
    const levels = [...Map.groupBy(due, ({ rule }) => causes.depthOf(rule))].toSorted(([a], [b]) => a - b)
    for (const [, level] of levels) {
      const alone: Entry[] = []
      for (const entry of level) {
        const waited = now - entry.since - waitOf(entry)
        if (waited < patienceMs && families.awaits(entry, patienceMs)) continue
        const parent = families.parentOf(entry)
        if (parent === null && entry.node !== null) alone.push(entry)
        else lifecycle.raise(entry, parent)
      }
      for (const [rule, ofRule] of Map.groupBy(alone, (entry) => entry.rule))
        for (const [network, entries] of Map.groupBy(ofRule, (entry) => entry.network)) raiseAll(network, rule, entries)
    }
  }
}
