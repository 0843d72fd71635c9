import { isNobody, shortHash } from '../format/chain.ts'
import type { Sealers } from '../state/sealers.ts'

/** A sealer's number and tone; the number alone tells it, the tone only helps the eye find it again. */
export function SealerTag({ number }: { readonly number: number }) {
  return (
    <span class={`sealer-tag tone-${number}`} aria-hidden="true">
      {number === 0 ? '·' : number}
    </span>
  )
}

export function Sealer({ address, sealers }: { readonly address: string; readonly sealers: Sealers }) {
  if (isNobody(address)) return <span class="faint">not told</span>
  return (
    <span class="sealer" title={address}>
      <SealerTag number={sealers.laneOf(address).number} />
      <span class="hash">{shortHash(address)}</span>
    </span>
  )
}
