import { seconds } from '../clock.ts'
import { elapsed, instant } from '../format/time.ts'
import { unknown } from '../format/numbers.ts'

/** How long ago, counted on by this page's clock; the moment itself in its title. */
export function Ago({ at }: { readonly at: number | null }) {
  if (at === null) return <span>{unknown}</span>
  return <time title={instant(at)}>{elapsed(seconds.value - at)}</time>
}
