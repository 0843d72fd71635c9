import { useSignal } from '@preact/signals'
import { compact, count, plural } from '../format/numbers.ts'
import { usePoll } from '../rest/use-poll.ts'
import type { ServerFacts } from '../server/wire.ts'

/** All streams together: the sentence somebody came for. */
export function DeliverySums() {
  const facts = useSignal<ServerFacts | undefined>(undefined)
  usePoll('/server', 5000, (data) => {
    facts.value = data as ServerFacts
  })
  const sums = facts.value?.deliveries
  if (!sums || sums.streams === 0) return null
  const missing = sums.missing + sums.holes
  return (
    <p class="agents-sums" role="status">
      {compact(sums.received)} received, <b class={missing > 0 ? 'is-warn' : undefined}>{count(missing)} missing</b>
      <span class="faint">
        {' '}
        · {plural(sums.open, 'stream', 'streams')} open of {count(sums.streams)}, {compact(sums.duplicates)} came twice
      </span>
    </p>
  )
}
