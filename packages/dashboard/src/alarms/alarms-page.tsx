/** Alarms of a network, or of all and the server: open, acknowledged and over; silences; who is told. */
import type { AlarmCounts } from '@netstats/protocol/feed'
import { count } from '../format/numbers.ts'
import { useTitle } from '../pages/hooks.ts'
import { query, setQueries } from '../router/location.ts'
import { loginHref, mayAct, session } from '../session/session.tsx'
import { AlarmFilterTools } from './alarm-filter.tsx'
import { AlarmList } from './alarm-list.tsx'
import { readFilter, readView, type View, views } from './filter.ts'
import { NotifyChoice } from './notify-choice.tsx'
import { ReceiverList } from './receiver-list.tsx'
import { needing } from './severity.ts'
import { SilenceList } from './silence-list.tsx'
import { useOpenAlarms } from './use-open-alarms.ts'
import '../styles/alarms.css'

export function AlarmsPage({ network }: { readonly network?: string }) {
  useTitle(network === undefined ? 'Alarms' : `Alarms of ${network}`)
  const view = readView(query.value)
  const filter = readFilter(query.value, network)
  const may = mayAct(session.value?.role, 'operator')
  const { data } = useOpenAlarms().value
  return (
    <div class="alarms">
      <header class="alarms-head">
        <h1>Alarms</h1>
        <div class="alarms-views" role="group" aria-label="View">
          {views.map((one) => (
            <Tab key={one} view={one} current={view} count={network === undefined ? countOf(one, data?.counts) : 0} />
          ))}
        </div>
      </header>
      {view === 'silences' ? (
        <SilenceList network={filter.network} mayAct={may} />
      ) : view === 'receivers' ? (
        <ReceiverList mayAct={may} />
      ) : (
        <>
          <AlarmFilterTools filter={filter} withNetwork={network === undefined} />
          <AlarmList key={view} view={view} filter={filter} network={filter.network} mayAct={may} />
        </>
      )}
      <footer class="alarms-foot">
        {!may && session.value !== undefined && (
          <p class="faint alarms-login">
            Operators acknowledge and silence alarms. {session.value.name === null && <a href={loginHref()}>Log in</a>}
          </p>
        )}
        <NotifyChoice />
      </footer>
    </div>
  )
}

const countOf = (view: View, counts: AlarmCounts | undefined): number => {
  if (counts === undefined) return 0
  return view === 'open' ? needing(counts) : view === 'acknowledged' ? counts.acknowledged : 0
}

interface TabProps {
  readonly view: View
  readonly current: View
  readonly count: number
}

function Tab({ view, current, count: number }: TabProps) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={view === current}
      onClick={() => setQueries({ view: view === 'open' ? null : view, alarm: null }, true)}
    >
      {view}
      {number > 0 && <b class="alarms-count">{count(number)}</b>}
    </button>
  )
}
