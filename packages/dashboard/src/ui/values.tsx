/** Values as they stand in text and tables: a sealer, how long ago something was. */
import { seconds } from '../clock.ts'
import { isNobody, shortHash } from '../format/chain.ts'
import { unknown } from '../format/numbers.ts'
import { elapsed, instant } from '../format/time.ts'
import { type Sealers, toneOf } from '../state/sealers.ts'

/** A sealer's number and tone; the number identifies it, the tone helps to find it again. */
export function SealerTag({ number }: { readonly number: number }) {
  return (
    <span class={`sealer-tag tone-${toneOf(number)}`} aria-hidden="true">
      {number === 0 ? '·' : number}
    </span>
  )
}

export function Sealer({ address, sealers }: { readonly address: string | null; readonly sealers: Sealers }) {
  if (address === null || isNobody(address)) return <span class="faint">not known</span>
  return (
    <span class="sealer" title={address}>
      <SealerTag number={sealers.laneOf(address).number} />
      <span class="hash">{shortHash(address)}</span>
    </span>
  )
}

/** How long ago, counted on by this page's clock; the moment itself in its title. */
export function Ago({ at }: { readonly at: number | null }) {
  if (at === null) return <span>{unknown}</span>
  return <time title={instant(at)}>{elapsed(seconds.value - at)}</time>
}
