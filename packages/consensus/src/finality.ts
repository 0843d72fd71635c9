/**
 * What is final.
 *
 *   IBFT 1, IBFT 2, QBFT   a block that a quorum has sealed, at once
 *   Clique, AuRa           a block on which more than half of its validators, each counted once, have built
 *
 * Of Clique that is a convention: signers who follow the heavier chain may leave such a block again. So it is said of a
 * block and the chain that it ends, and a reorganisation below it takes nothing back that was said of the other chain.
 */
import type { BlockRef, Facts } from './facts.ts'
import type { Hex } from './hex.ts'

type FactsOf = (hash: Hex) => Facts | undefined

/** The newest final block of the chain that ends with this one; `factsOf` knows the blocks below it, as far as they are kept. */
export const finalizedAt = (facts: Facts, factsOf: FactsOf): BlockRef | undefined => {
  const parent = factsOf(facts.parentHash)
  const before = parent?.number === facts.number - 1 ? parent.finalized : undefined
  if (facts.fault !== undefined || facts.sealer === undefined) return undefined
  switch (facts.engine) {
    case 'ibft1':
    case 'ibft2':
    case 'qbft':
      return hasQuorum(facts) ? refOf(facts) : before
    case 'clique':
    case 'aura':
      return builtUpon(facts, factsOf, before) ?? before
    case 'plain':
      return undefined
  }
}

/** Whether a quorum of validators has sealed the block. */
export const hasQuorum = ({ commitSealers, quorum }: Facts): boolean =>
  commitSealers !== undefined && quorum !== undefined && commitSealers.length >= quorum

const refOf = ({ number, hash }: Facts): BlockRef => ({ number, hash })

/** The first block below, above the one that was final before, on which enough of its validators have built. */
const builtUpon = (head: Facts, factsOf: FactsOf, before: BlockRef | undefined): BlockRef | undefined => {
  const builders = new Set<Hex>()
  let counted: { readonly of: readonly Hex[]; readonly set: ReadonlySet<Hex>; builders: number } | undefined
  for (let above = head; ; ) {
    const { sealer, engine } = above
    const below = factsOf(above.parentHash)
    if (sealer === undefined || below === undefined || below.number !== above.number - 1) return undefined
    if (below.engine !== engine || below.fault !== undefined || below.number <= (before?.number ?? -1)) return undefined
    if (counted !== undefined && !builders.has(sealer) && counted.set.has(sealer)) counted.builders++
    builders.add(sealer)
    const { validators } = below
    if (validators !== undefined && validators !== counted?.of) {
      const set = new Set(validators)
      counted = { of: validators, set, builders: builders.values().reduce((sum, one) => sum + Number(set.has(one)), 0) }
    }
    if (validators !== undefined && counted !== undefined && counted.builders * 2 > counted.set.size)
      return refOf(below)
    above = below
  }
}
