/** The newest blocks on the chain of the head, and what they say of each validator. */
import type { Evidence, Facts, MissedTurn } from '@netstats/consensus'

/** What is kept of a concluded block. */
export interface ConcludedBlock {
  readonly facts: Facts
  /** Header time, seconds. */
  readonly timestamp: number
}

export interface Turns {
  sealed: number
  inTurn: number
  committed: number
  missed: number
  missedProvisional: number
  evidence: Partial<Record<Evidence, number>>
  lostRaces: number
}

export interface CanonicalWindow {
  /** Ascending; at most `mostBlocks`. */
  readonly blocks: readonly ConcludedBlock[]
  /** The head is this one now; what is not known of its chain ends the window. */
  follow(hash: string): void
  /** The newest block that each validator sealed, also before the window. */
  readonly lastSealed: ReadonlyMap<string, ConcludedBlock>
}

export const mostBlocks = 512
const mostValidators = 2000

export const createCanonicalWindow = (blockOf: (hash: string) => ConcludedBlock | undefined): CanonicalWindow => {
  let blocks: ConcludedBlock[] = []
  const lastSealed = new Map<string, ConcludedBlock>()

  const noteSealer = (block: ConcludedBlock): void => {
    const { sealer } = block.facts
    if (sealer === undefined) return
    lastSealed.delete(sealer)
    lastSealed.set(sealer, block)
    for (const oldest of lastSealed.keys()) {
      if (lastSealed.size <= mostValidators) break
      lastSealed.delete(oldest)
    }
  }

  return {
    get blocks() {
      return blocks
    },
    lastSealed,
    follow(hash) {
      if (blocks.at(-1)?.facts.hash === hash || blockOf(hash) === undefined) return
      const place = new Map(blocks.map(({ facts }, index) => [facts.hash as string, index]))
      const fresh: ConcludedBlock[] = []
      let at: number | undefined
      for (
        let one = blockOf(hash);
        one !== undefined && fresh.length < mostBlocks;
        one = blockOf(one.facts.parentHash)
      ) {
        at = place.get(one.facts.hash)
        if (at !== undefined) break
        fresh.unshift(one)
      }
      const kept = at === undefined ? [] : blocks.slice(0, at + 1)
      blocks = [...kept, ...fresh].slice(-mostBlocks)
      for (const one of fresh) noteSealer(one)
    },
  }
}

/** Whether another block of the height or step was sealed by who missed it. */
export type LostRace = (facts: Facts, missed: MissedTurn) => boolean

/** Counts the turns of every validator in the blocks; those above `finalNumber` may still be replaced. */
export const countTurns = (
  blocks: readonly ConcludedBlock[],
  finalNumber: number,
  lostRace: LostRace,
): ReadonlyMap<string, Turns> => {
  const turns = new Map<string, Turns>()
  const of = (validator: string): Turns => {
    let own = turns.get(validator)
    if (own === undefined) turns.set(validator, (own = noTurns()))
    return own
  }
  for (const { facts } of blocks) {
    const { sealer, inTurn, commitSealers = [], missed = [], number } = facts
    if (sealer !== undefined) {
      of(sealer).sealed++
      if (inTurn === true) of(sealer).inTurn++
    }
    for (const one of commitSealers) of(one).committed++
    for (const one of missed) {
      const own = of(one.validator)
      if (lostRace(facts, one)) own.lostRaces++
      else {
        if (number <= finalNumber) own.missed++
        else own.missedProvisional++
        own.evidence[one.evidence] = (own.evidence[one.evidence] ?? 0) + 1
      }
    }
  }
  return turns
}

export const noTurns = (): Turns => ({
  sealed: 0,
  inTurn: 0,
  committed: 0,
  missed: 0,
  missedProvisional: 0,
  evidence: {},
  lostRaces: 0,
})

/** Who sealed, committed or signed an empty step in the blocks. */
export const seenIn = (blocks: readonly ConcludedBlock[]): ReadonlySet<string> => {
  const seen = new Set<string>()
  for (const { facts } of blocks) {
    if (facts.sealer !== undefined) seen.add(facts.sealer)
    for (const one of facts.commitSealers ?? []) seen.add(one)
    for (const { signer } of facts.emptySteps ?? []) seen.add(signer)
  }
  return seen
}

/** Milliseconds between the newest blocks, the middle one; undefined for fewer than two. */
export const periodOf = (blocks: readonly ConcludedBlock[]): number | undefined => {
  const newest = blocks.slice(-65)
  const gaps = newest
    .slice(1)
    .map(({ timestamp }, index) => timestamp - (newest[index]?.timestamp ?? timestamp))
    .toSorted((a, b) => a - b)
  const middle = gaps[Math.floor(gaps.length / 2)]
  return middle === undefined ? undefined : middle * 1000
}
