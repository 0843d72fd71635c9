import type { Conclusion, Engine } from '../engine.ts'
import type { MissedTurn } from '../facts.ts'
import { hashOf } from '../header.ts'
import type { Header } from '../header.ts'
import { toHex } from '../hex.ts'
import type { Hex } from '../hex.ts'
import { bareHash, emptyStepHash, readAura, signedHash } from './layout.ts'
import type { AuraLayout } from './layout.ts'

export interface AuraState {
  readonly number: number
  readonly step: number
}

/** Score of a block that follows its parent in the next step: 2^128 − 1, less the steps between. */
const maxScore = (1n << 128n) - 1n
/** Turns listed one by one; a network that stood still for longer has a number instead. */
const maxListed = 1000

export const aura: Engine<AuraLayout, AuraState> = {
  name: 'aura',
  read: readAura,
  hash: (header) => hashOf(header),
  conclude: ({ header, layout, recover }, _, rules) => {
    const { step } = layout
    if (header.number === 0) return genesis(step, rules.validatorsAt?.(header))
    const bare = bareHash(header)
    const signed: Conclusion = { bareHash: toHex(bare), step }
    const sealer = recover(signedHash(bare, layout), layout.signature)
    if (sealer === undefined || sealer !== header.miner)
      return { facts: { ...signed, fault: 'seal-invalid' }, state: undefined }
    const validators = rules.validatorsAt?.(header)
    if (validators !== undefined && !validators.includes(sealer))
      return { facts: { ...signed, fault: 'not-a-validator' }, state: undefined }
    const emptySteps = layout.emptySteps.flatMap((one) => {
      const signer = recover(emptyStepHash(one, header.parentHash), one.signature)
      return signer === undefined ? [] : [{ step: one.step, signer }]
    })
    // The difficulty counts the steps, so that the parent is not needed.
    const gap = Number(maxScore - header.difficulty) + layout.emptySteps.length
    return {
      facts: {
        ...signed,
        sealer,
        gap,
        ...(layout.emptyStepsItem !== undefined && { emptySteps }),
        ...missedBetween(header, layout, gap, validators),
        ...expectedAt(step, validators, sealer),
      },
      state: { number: header.number, step },
    }
  },
  signatures: ({ header, layout }) => {
    if (header.number === 0) return []
    const { signature, emptySteps } = layout
    return [
      { hash: signedHash(bareHash(header), layout), signature },
      ...emptySteps.map((one) => ({ hash: emptyStepHash(one, header.parentHash), signature: one.signature })),
    ]
  },
  outlook: ({ step }, { number, hash }, rules) => {
    const validators = rules.validatorsAt?.({ number: number + 1, parentHash: hash })
    if (validators === undefined) return { votes: [], due: [] }
    return {
      validators,
      votes: [],
      due: [step + 1, step + 2].flatMap((next) => validators[next % validators.length] ?? []),
    }
  },
}

const genesis = (step: number, validators: readonly Hex[] | undefined): { facts: Conclusion; state: AuraState } => ({
  facts: { genesis: true, step, ...(validators && { validators, validatorsInHeader: false }) },
  state: { number: 0, step },
})

const expectedAt = (step: number, validators: readonly Hex[] | undefined, sealer: Hex): Conclusion => {
  const expected = validators?.[step % validators.length]
  if (validators === undefined || expected === undefined) return {}
  return { validators, validatorsInHeader: false, expected, inTurn: expected === sealer }
}

/** Steps between parent and block without a block or an empty step, in which the list of the parent ruled. */
const missedBetween = (
  header: Header,
  { step, emptySteps }: AuraLayout,
  gap: number,
  validators: readonly Hex[] | undefined,
): Conclusion => {
  const parentStep = step - gap
  // The genesis has step 0: the steps since 1970 are no turns.
  if (header.number === 1 || parentStep <= 0 || gap < 1) return { missedCount: 0, ...(validators && { missed: [] }) }
  const signed = new Set(emptySteps.map((one) => one.step))
  const missedCount = Math.max(0, gap - 1 - signed.size)
  if (validators === undefined || missedCount > maxListed) return { missedCount }
  const missed: MissedTurn[] = []
  for (let at = parentStep + 1; at < step; at++) {
    const validator = validators[at % validators.length]
    if (!signed.has(at) && validator !== undefined) missed.push({ validator, evidence: 'certain', step: at })
  }
  return { missedCount, missed }
}
