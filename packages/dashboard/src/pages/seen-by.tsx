import type { BlockDetail } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { count } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { writeRoute } from '../router/routes.ts'

/** Rows drawn at a time; a network of thousands is not put into the page at once. */
const portion = 60

/** Who reported the block when. The slowest are what one looks for, so the list can be turned round. */
export function SeenBy({ network, block }: { readonly network: string; readonly block: BlockDetail }) {
  const slowestFirst = useSignal(false)
  const shown = useSignal(portion)
  const all = slowestFirst.value ? block.seenBy.toReversed() : block.seenBy
  const slowest = Math.max(1, block.seenBy.at(-1)?.[1] ?? 1)
  if (block.seenBy.length === 0) return null
  const turn = (value: boolean): void => {
    slowestFirst.value = value
    shown.value = portion
  }
  return (
    <section class="seen-by" aria-label="Who reported it when">
      <header>
        <h2>Reports</h2>
        <div role="group" aria-label="Order">
          <button type="button" class="chip" aria-pressed={!slowestFirst.value} onClick={() => turn(false)}>
            fastest first
          </button>
          <button type="button" class="chip" aria-pressed={slowestFirst.value} onClick={() => turn(true)}>
            slowest first
          </button>
        </div>
      </header>
      <ol>
        {all.slice(0, shown.value).map(([node, ms]) => (
          <li key={node}>
            <a href={writeRoute({ page: 'node', network, node })}>{node}</a>
            <span class="meter" aria-hidden="true">
              <i style={{ transform: `scaleX(${Math.sqrt(ms / slowest)})` }} />
            </span>
            <span class="num">{duration(ms)}</span>
          </li>
        ))}
      </ol>
      {shown.value < all.length && (
        <button type="button" class="chip" onClick={() => (shown.value += portion * 4)}>
          {count(Math.min(portion * 4, all.length - shown.value))} more of {count(all.length)}
        </button>
      )}
    </section>
  )
}
