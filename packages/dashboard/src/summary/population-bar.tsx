import { count } from '../format/numbers.ts'
import { conditionWords } from '../state/condition.ts'
import type { Part } from './population.ts'

/** Up to this many nodes are drawn one by one. */
const single = 60

/** All nodes in one bar, split by condition; each part has a texture of its own besides its tone. */
export function PopulationBar({ parts }: { readonly parts: readonly Part[] }) {
  const all = parts.reduce((sum, part) => sum + part.count, 0)
  const text = parts.map((p) => `${count(p.count)} ${conditionWords[p.condition]}`).join(', ')
  if (all > 0 && all <= single) {
    return (
      <div class="population is-single" role="img" aria-label={text} title={text}>
        {parts.flatMap((p) =>
          Array.from({ length: p.count }, (_, i) => <i key={`${p.condition}${i}`} class={`part is-${p.condition}`} />),
        )}
      </div>
    )
  }
  return (
    <div class="population" role="img" aria-label={text} title={text}>
      {parts.map((p) => (
        <i key={p.condition} class={`part is-${p.condition}`} style={{ flexGrow: p.count }} />
      ))}
    </div>
  )
}
