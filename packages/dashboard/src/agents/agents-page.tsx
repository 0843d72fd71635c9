/** The agents: how complete what they deliver is, and, for who may, who of them is let in. */
import { serverNow } from '../clock.ts'
import { useTitle } from '../pages/use-title.ts'
import { query, setQueries } from '../router/location.ts'
import { mayAct, session } from '../session/session.ts'
import { Administration } from './administration.tsx'
import { DeliveryList } from './delivery-list.tsx'
import { DeliverySums } from './delivery-sums.tsx'
import '../styles/server.css'
import '../styles/agents.css'

export function AgentsPage() {
  useTitle('Agents')
  const mayAdminister = mayAct(session.value?.role, 'operator')
  const administers = mayAdminister && query.value.get('view') === 'access'
  const tab = (label: string, view: string | null, current: boolean) => (
    <button
      type="button"
      class="chip"
      aria-pressed={current}
      onClick={() => setQueries({ view, q: null, incomplete: null }, true)}
    >
      {label}
    </button>
  )
  return (
    <div class="agents">
      <header class="agents-head">
        <h1>Agents</h1>
        {mayAdminister && (
          <div class="agents-tools" role="group" aria-label="What of the agents">
            {tab('deliveries', null, !administers)}
            {tab('tokens and bans', 'access', administers)}
          </div>
        )}
        {!administers && <DeliverySums />}
      </header>
      {administers ? <Administration now={serverNow()} /> : <DeliveryList />}
    </div>
  )
}
