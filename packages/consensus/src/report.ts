/** Facts under the names that `netstats headers` writes: those of the header vectors. What is not known is absent. */
import type { Facts } from './facts.ts'
import type { Hex } from './hex.ts'

export interface Report extends Omit<Facts, 'missed' | 'missedCount' | 'displaced'> {
  /** AuRa: steps that nobody took. Clique and BFT: turns. */
  readonly missed?: number
  /** BFT: proposers of the rounds without a block. AuRa: who was due in steps without one. */
  readonly skipped?: readonly Hex[] | readonly { readonly step: number; readonly validator: Hex }[]
  readonly displaced?: {
    readonly validator: Hex
    readonly blockedByRecents: boolean
    readonly countsAsMissed: boolean
  }
  /** BFT: validators whose seal the block does not have. It says nothing of them: a block has a quorum of seals. */
  readonly absentSealers?: readonly Hex[]
}

export const toReport = (facts: Facts): Report => {
  const { missed, missedCount, displaced, ...same } = facts
  const count = missedCount ?? missed?.length
  return {
    ...same,
    ...(count !== undefined && { missed: count }),
    ...(missed && facts.engine !== 'clique' && { skipped: skippedOf(facts) }),
    ...(displaced && {
      displaced: {
        validator: displaced.validator,
        blockedByRecents: displaced.barred,
        countsAsMissed: !displaced.barred,
      },
    }),
    ...absentOf(facts),
  }
}

const skippedOf = ({ engine, missed = [] }: Facts): NonNullable<Report['skipped']> =>
  engine === 'aura'
    ? missed.flatMap(({ validator, step }) => (step === undefined ? [] : [{ step, validator }]))
    : missed.map(({ validator }) => validator)

const absentOf = ({ validators, commitSealers }: Facts): Pick<Report, 'absentSealers'> =>
  validators && commitSealers ? { absentSealers: validators.filter((one) => !commitSealers.includes(one)) } : {}
