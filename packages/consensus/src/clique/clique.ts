import type { Conclusion, Engine } from '../engine.ts'
import type { Facts } from '../facts.ts'
import { hashOf } from '../header.ts'
import type { Hex } from '../hex.ts'
import { toHex } from '../hex.ts'
import { voteInMiner } from '../vote-fields.ts'
import { cliqueSealHash, readClique } from './layout.ts'
import type { CliqueLayout } from './layout.ts'
import { applyBlock, inTurnSigner, isBarred, snapshotAt } from './snapshot.ts'
import type { CliqueSnapshot } from './snapshot.ts'

export const clique: Engine<CliqueLayout, CliqueSnapshot> = {
  name: 'clique',
  read: readClique,
  hash: (header) => hashOf(header),
  conclude: ({ header, layout, recover }, parent) => {
    const { number } = header
    const { checkpoint } = layout
    if (number === 0) return genesis(checkpoint ?? [])
    const sealHash = cliqueSealHash(header)
    const signed: Conclusion = { sealHash: toHex(sealHash), ...(checkpoint && { checkpoint }) }
    const sealer = recover(sealHash, layout.seal)
    if (sealer === undefined) return { facts: { ...signed, fault: 'seal-invalid' }, state: undefined }
    const vote = checkpoint === undefined ? voteInMiner(header) : undefined
    const said: Conclusion = { ...signed, inTurn: header.difficulty === 2n, ...(vote && { vote }) }
    if (parent === undefined) {
      // The signers of an epoch's first block are those after the votes before it, which it ends.
      const state = checkpoint && startAt(number, checkpoint, sealer)
      const isForeign = checkpoint !== undefined && !checkpoint.includes(sealer)
      if (isForeign) return { facts: { ...said, fault: 'not-a-validator' }, state: undefined }
      return { facts: { ...said, sealer, ...(state && turnOf(snapshotAt(number - 1, checkpoint), sealer)) }, state }
    }
    const fault = faultOf(parent, sealer, header.difficulty)
    if (fault !== undefined) return { facts: { ...said, fault }, state: undefined }
    const { snapshot, change } = applyBlock(parent, { signer: sealer, vote, isCheckpoint: checkpoint !== undefined })
    return {
      facts: { ...said, sealer, ...turnOf(parent, sealer), ...(change && { change }) },
      state: snapshot,
    }
  },
  signatures: ({ header, layout }) =>
    header.number === 0 ? [] : [{ hash: cliqueSealHash(header), signature: layout.seal }],
  outlook: (snapshot) => {
    const { signers, votes, number } = snapshot
    const due = [number + 1, number + 2].flatMap((next) => signers[next % signers.length] ?? [])
    return { validators: signers, votes, due }
  },
}

const genesis = (signers: readonly Hex[]): { facts: Conclusion; state: CliqueSnapshot } => ({
  facts: { genesis: true, checkpoint: signers, validators: signers.toSorted(), validatorsInHeader: true },
  state: snapshotAt(0, signers),
})

/** Who is barred after the first block that is seen of a chain is known of its own signer alone. */
const startAt = (number: number, signers: readonly Hex[], sealer: Hex): CliqueSnapshot => ({
  ...snapshotAt(number, signers),
  recents: new Map([[number, sealer]]),
})

const faultOf = (parent: CliqueSnapshot, sealer: Hex, difficulty: bigint): Facts['fault'] => {
  if (!parent.signers.includes(sealer)) return 'not-a-validator'
  if (isBarred(parent, sealer)) return 'sealed-recently'
  return (difficulty === 2n) === (inTurnSigner(parent) === sealer) ? undefined : 'difficulty-wrong'
}

/**
 * A block out of turn shows that the signer in turn was late or away, unless the rule of recent blocks barred it: then
 * another one's absence shifted the turns.
 */
const turnOf = (parent: CliqueSnapshot, sealer: Hex): Conclusion => {
  const expected = inTurnSigner(parent)
  if (expected === undefined) return {}
  const known = { validators: parent.signers, validatorsInHeader: false, expected }
  if (expected === sealer) return { ...known, missed: [] }
  const barred = isBarred(parent, expected)
  return {
    ...known,
    displaced: { validator: expected, barred },
    missed: barred ? [] : [{ validator: expected, evidence: 'displaced' }],
  }
}
