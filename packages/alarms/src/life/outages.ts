import type { PerceivedSeverity } from '@netstats/protocol/feed'
import type { RuleInfo } from '../rule.ts'
import { comesBack, goes, moveTo, newEntry } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Families } from './families.ts'
import { keyOf, keyOfLabels, outageIdentity, outageRule } from './identity.ts'
import type { Life } from './life.ts'
import { oneWorse, worst } from './severity.ts'

/** What many nodes have at once has one cause: that is one alarm, and theirs are its symptoms. */
export const manyNodes: RuleInfo = {
  name: outageRule,
  meaning: 'Many nodes of a network have the same trouble, and it began at about the same time.',
  advice: 'Look for what these nodes share: a link, a region, a provider, a peer, a release.',
}

/** So many nodes at least, and of large networks this share, within so long. */
export const leastNodes = 5
const leastShare = 0.1
export const onsetWithinMs = 3 * 60_000

export interface Outages {
  /**
   * Of one rule in one network: `due` are to be raised now and have no other cause. Raises an outage where they and those that
   * are pending or open are enough, and puts under it which of them belong to it.
   */
  readonly gather: (network: string | null, rule: string, due: readonly Entry[]) => void
  /** Finds whether enough of it is left. */
  readonly look: (outage: Entry) => void
  /** Says how many it has. */
  readonly describe: (outage: Entry) => void
}

export interface OutageOptions {
  readonly nodesOf: (network: string) => number
  readonly raise: (entry: Entry) => void
  readonly refresh: (entry: Entry) => void
}

/** The most of them that began within the time. */
const longestRun = (entries: readonly Entry[]): readonly Entry[] => {
  const sorted = entries.toSorted((a, b) => a.since - b.since)
  let [from, best, length] = [0, 0, 0]
  for (const [to, { since }] of sorted.entries()) {
    while (since - (sorted[from]?.since ?? since) > onsetWithinMs) from++
    if (to + 1 - from > length) [best, length] = [from, to + 1 - from]
  }
  return sorted.slice(best, best + length)
}

const nodesIn = (entries: Iterable<Entry>): number => new Set(Iterator.from(entries).map(({ node }) => node)).size

const holding = (outage: Entry): IteratorObject<Entry> =>
  outage.symptoms.values().filter(({ goneAt }) => goneAt === null)

export const createOutages = (life: Life, families: Families, options: OutageOptions): Outages => {
  const sizeOf = (network: string | null): number => (network === null ? 0 : options.nodesOf(network))
  const enough = (network: string | null): number => Math.max(leastNodes, Math.ceil(sizeOf(network) * leastShare))

  /** Of each node the oldest that holds and that nothing explains. */
  const unexplained = (network: string | null, rule: string): readonly Entry[] => {
    const found: Entry[] = []
    for (const [node, entries] of life.subjects.inNetwork(rule, network) ?? []) {
      if (node === null) continue
      const entry = entries.find((one) => one.goneAt === null && one.parent === null && families.parentOf(one) === null)
      if (entry !== undefined) found.push(entry)
    }
    return found
  }

  /** As severe as the worst of them, and one more where it is half of the network; never less than before. */
  const describe = (outage: Entry, entries: readonly Entry[]): void => {
    const [size, nodes] = [sizeOf(outage.network), nodesIn(entries)]
    const of = size >= nodes ? ` of ${size}` : ''
    outage.message = `${nodes}${of} nodes have the alarm ${outage.labels['rule']}, and got it at about the same time`
    const found = entries.reduce<PerceivedSeverity>((max, { severity }) => worst(max, severity), 'warning')
    outage.severity = worst(outage.severity, size > 0 && nodes * 2 >= size ? oneWorse(found) : found)
  }

  const begin = (network: string | null, rule: string, run: readonly Entry[]): Entry => {
    const identity = outageIdentity(network, rule)
    const labelsKey = keyOfLabels(identity.labels)
    const outage = newEntry(identity, labelsKey, keyOf(identity, labelsKey), run[0]?.since ?? life.at())
    outage.advice = manyNodes.advice
    return outage
  }

  const isJoined = (outage: Entry): ((entry: Entry) => boolean) => {
    if (nodesIn(holding(outage)) >= enough(outage.network)) return () => true
    const newest = outage.symptoms.values().reduce((max, { since }) => Math.max(max, since), 0)
    return ({ since }) => since - newest <= onsetWithinMs
  }

  return {
    gather(network, rule, due) {
      const identity = outageIdentity(network, rule)
      const known = life.entries.get(keyOf(identity, keyOfLabels(identity.labels)))
      if (known !== undefined && known.goneAt === null) {
        for (const entry of due.filter(isJoined(known))) moveTo(entry, known)
        return
      }
      const run = longestRun(unexplained(network, rule))
      if (run.length < enough(network)) return
      const outage = known ?? begin(network, rule, run)
      if (known !== undefined) life.touch(known.key)
      comesBack(outage, life.at())
      const open = run.filter(({ record }) => record !== null)
      for (const entry of [...open, ...due]) moveTo(entry, outage)
      describe(outage, [...run, ...due])
      if (known === undefined) {
        life.add(outage)
        options.raise(outage)
      }
      for (const entry of open) options.refresh(entry)
    },
    look(outage) {
      // Those that remain when most are back are not told one by one; what is left is.
      const isOver = nodesIn(holding(outage)) < leastNodes
      if (isOver !== (outage.goneAt !== null)) life.touch(outage.key)
      if (isOver) goes(outage, life.at())
      else comesBack(outage, life.at())
    },
    describe: (outage) => describe(outage, [...outage.symptoms]),
  }
}
