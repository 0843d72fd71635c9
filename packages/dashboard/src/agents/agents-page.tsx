/** The agents: how complete their deliveries are and, for operators, which of them may log in. */
import { useSignal } from '@preact/signals'
import { serverNow } from '../clock.ts'
import { compact, count, plural } from '../format/numbers.ts'
import { useTitle } from '../pages/hooks.ts'
import { usePoll } from '../rest/follow.ts'
import { query, setQueries } from '../router/location.ts'
import { readServer, type ServerAnswer } from '../server/answer.ts'
import type { ServerFacts } from '../server/facts.ts'
import { mayAct, session } from '../session/session.tsx'
import { Administration } from './administration.tsx'
import { DeliveryList } from './delivery-list.tsx'
import { RefusedList } from './refused-list.tsx'
import '../styles/agents.css'
import '../styles/server.css'

export function AgentsPage() {
  useTitle('Agents')
  const mayAdminister = mayAct(session.value?.role, 'operator')
  const view = mayAdminister ? query.value.get('view') : null
  const administers = view === 'auth'
  const refused = view === 'refused'
  const tab = (label: string, to: string | null, current: boolean) => (
    <button
      type="button"
      class="chip"
      aria-pressed={current}
      onClick={() => setQueries({ view: to, q: null, incomplete: null }, true)}
    >
      {label}
    </button>
  )
  return (
    <div class="agents">
      <header class="agents-head">
        <h1>Agents</h1>
        {mayAdminister && (
          <div class="agents-tools" role="group" aria-label="View">
            {tab('deliveries', null, !administers && !refused)}
            {tab('tokens and bans', 'auth', administers)}
            {tab('refused', 'refused', refused)}
          </div>
        )}
        {!administers && !refused && <DeliverySums />}
      </header>
      {administers ? <Administration now={serverNow()} /> : refused ? <RefusedList /> : <DeliveryList />}
    </div>
  )
}

/** All streams together, in one sentence. */
function DeliverySums() {
  const facts = useSignal<ServerFacts | undefined>(undefined)
  usePoll('/server', 5000, (data) => {
    facts.value = readServer(data as ServerAnswer)
  })
  const sums = facts.value?.deliveries
  if (!sums || sums.streams === 0) return null
  const missing = sums.missing + sums.missingRanges
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
