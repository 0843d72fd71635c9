/**
 * Signatures that no honest validator gives both of, judged from two blocks. A reorganisation alone is none: validators of
 * Clique and AuRa seal on another parent when the chain moves.
 */
import type { Facts } from './facts.ts'
import { hasQuorum } from './finality.ts'
import type { Hex } from './hex.ts'

export type Equivocation =
  /** AuRa: two blocks for one step. */
  | { readonly type: 'double-step'; readonly strength: 'certain'; readonly validator: Hex; readonly step: number }
  /** IBFT 2, QBFT: two blocks proposed for one round of one height. */
  | {
      readonly type: 'double-proposal'
      readonly strength: 'certain'
      readonly validator: Hex
      readonly height: number
      readonly round: number
    }
  /** IBFT 2, QBFT: one round of two blocks committed by the same validators. */
  | {
      readonly type: 'double-commit'
      readonly strength: 'certain'
      readonly validators: readonly Hex[]
      readonly height: number
      readonly round: number
    }
  /** BFT: two blocks of one height with a quorum each. Finality is broken; no one signature proves by whom. */
  | { readonly type: 'conflicting-finality'; readonly strength: 'strong'; readonly height: number }
  /** Clique, IBFT 1: two blocks of one height. geth does so when a transaction comes between two attempts. */
  | { readonly type: 'double-seal'; readonly strength: 'weak'; readonly validator: Hex; readonly height: number }

export const compareBlocks = (a: Facts, b: Facts): readonly Equivocation[] => {
  if (a.hash === b.hash || !a.hashMatches || !b.hashMatches || a.engine !== b.engine) return []
  if (a.sealer === undefined || b.sealer === undefined) return []
  switch (a.engine) {
    case 'aura':
      return a.sealer === b.sealer && a.step === b.step && a.step !== undefined
        ? [{ type: 'double-step', strength: 'certain', validator: a.sealer, step: a.step }]
        : []
    case 'clique':
      return a.number === b.number && a.sealer === b.sealer
        ? [{ type: 'double-seal', strength: 'weak', validator: a.sealer, height: a.number }]
        : []
    case 'ibft1':
    case 'ibft2':
    case 'qbft':
      return a.number === b.number ? compareFinal(a, b, a.sealer) : []
    case 'plain':
      return []
  }
}

const compareFinal = (a: Facts, b: Facts, sealer: Hex): readonly Equivocation[] => {
  const found: Equivocation[] = []
  const { number: height, round } = a
  if (round !== undefined && round === b.round) {
    if (sealer === b.sealer)
      found.push({ type: 'double-proposal', strength: 'certain', validator: sealer, height, round })
    const both = (a.commitSealers ?? []).filter((one) => b.commitSealers?.includes(one))
    if (both.length > 0) found.push({ type: 'double-commit', strength: 'certain', validators: both, height, round })
  } else if (round === undefined && sealer === b.sealer)
    found.push({ type: 'double-seal', strength: 'weak', validator: sealer, height })
  if (hasQuorum(a) && hasQuorum(b)) found.push({ type: 'conflicting-finality', strength: 'strong', height })
  return found
}
