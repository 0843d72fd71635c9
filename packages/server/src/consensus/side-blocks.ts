/** Concluded blocks by height and by step: what excludes what, and who was beaten by another block. */
import { compareBlocks } from '@netstats/consensus'
import type { Equivocation, Facts, MissedTurn } from '@netstats/consensus'
import type { SeenEquivocation } from './consensus-model.ts'

export interface SideBlocks {
  /** Whether there is room for another block at a height: nobody makes so many. */
  hasRoom(number: number): boolean
  /** Compares a block with those of its height and step. */
  add(facts: Facts, at: number): void
  lostRace(facts: Facts, missed: MissedTurn): boolean
  /** Newest first, those that prove something before the others. */
  readonly equivocations: readonly SeenEquivocation[]
}

const mostAtHeight = 16
const mostHeights = 2048
const mostSeen = 100

export const createSideBlocks = (): SideBlocks => {
  const byHeight = new Map<number, Facts[]>()
  const byStep = new Map<number, Facts[]>()
  const proved: SeenEquivocation[] = []
  const suggested: SeenEquivocation[] = []

  const siblingsOf = (groups: Map<number, Facts[]>, key: number): Facts[] => {
    let siblings = groups.get(key)
    if (siblings === undefined) groups.set(key, (siblings = []))
    for (const oldest of groups.keys()) {
      if (groups.size <= mostHeights) break
      groups.delete(oldest)
    }
    return siblings
  }

  const note = (found: Equivocation, a: Facts, b: Facts, at: number): void => {
    const list = found.strength === 'weak' ? suggested : proved
    list.unshift({
      type: found.type,
      strength: found.strength,
      validators: 'validators' in found ? found.validators : 'validator' in found ? [found.validator] : [],
      height: 'height' in found ? found.height : a.number,
      blocks: [b.hash, a.hash],
      at,
    })
    if (list.length > mostSeen) list.pop()
  }

  return {
    hasRoom: (number) => (byHeight.get(number)?.length ?? 0) < mostAtHeight,
    add(facts, at) {
      const { number, step, sealer, validators } = facts
      // Of a set that is not known anybody could be one.
      if (sealer === undefined || validators?.includes(sealer) !== true) return
      const siblings = siblingsOf(byHeight, number)
      const ofStep = step === undefined ? [] : siblingsOf(byStep, step)
      const others = new Set([...siblings, ...ofStep])
      for (const other of others) {
        if (!isOfOneSet(facts, other)) continue
        for (const found of compareBlocks(facts, other)) note(found, facts, other, at)
      }
      siblings.push(facts)
      if (step !== undefined) ofStep.push(facts)
    },
    lostRace: (facts, { validator, step }) => {
      if (facts.engine !== 'clique' && facts.engine !== 'aura') return false
      const rivals = step === undefined ? byHeight.get(facts.number) : byStep.get(step)
      return rivals?.some(({ sealer, hash }) => sealer === validator && hash !== facts.hash) ?? false
    },
    get equivocations() {
      return [...proved, ...suggested]
    },
  }
}

/** Whoever makes up a set of validators, in a header of his own, contradicts nobody but himself. */
const isOfOneSet = (a: Facts, b: Facts): boolean =>
  a.validators !== undefined && b.validators !== undefined && a.validators.join() === b.validators.join()
