/** Alarms of a network, newest first, page by page. What is shown is in the address. */
import { writeSegment } from '@netstats/protocol/feed'
import { useMemo } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { instant } from '../format/time.ts'
import { useTitle } from '../pages/hooks.ts'
import { HistoryFault } from '../pages/message.tsx'
import { useList } from '../rest/follow.ts'
import { queryOf } from '../rest/rest.ts'
import { query, setQuery } from '../router/location.ts'
import { severityTone, severityWord } from '../logs/filter.ts'
import { momentHref, writeRoute } from '../router/routes.ts'
import '../styles/history.css'

const day = 86_400_000
const stretches = [
  ['1', '1 d'],
  ['7', '7 d'],
  ['30', '30 d'],
  ['365', '1 y'],
] as const
const portion = 100

interface Entry {
  readonly at: number
  readonly node: string | null
  readonly name: string | null
  readonly severity: number
  readonly message: string
  readonly origin: string
  readonly alarm: string
  readonly step: string
  readonly type: string
}

export function EventsPage({ network }: { readonly network: string }) {
  useTitle(`Events of ${network}`)
  const settings = query.value
  const days = stretches.find(([key]) => key === settings.get('days'))?.[0] ?? '7'
  const open = settings.get('open') === 'true'
  const node = settings.get('node') ?? ''
  const path = useMemo(() => {
    const from = Math.floor(serverNow() - Number(days) * day)
    const only = open ? 'true' : undefined
    return `/networks/${writeSegment(network)}/history/alarms${queryOf({ open: only, node, from, limit: portion })}`
  }, [network, days, open, node])
  const { state, older } = useList<Entry>(path, 'alarms')
  const { rows, fault, waiting, more } = state.value
  return (
    <div class="events">
      <header class="events-head">
        <h1>Events</h1>
        {node !== '' && (
          <button
            type="button"
            class="chip"
            aria-pressed="true"
            title="Show those of all nodes"
            onClick={() => setQuery('node', null)}
          >
            only {node} <span aria-hidden="true">×</span>
          </button>
        )}
        <AlarmTools open={open} />
        <div class="events-tools" role="group" aria-label="How far back">
          {stretches.map(([key, label]) => (
            <button
              key={key}
              type="button"
              class="chip"
              aria-pressed={days === key}
              onClick={() => setQuery('days', key === '7' ? null : key)}
            >
              {label}
            </button>
          ))}
        </div>
        <a class="chip" href={`${writeRoute({ page: 'logs', network })}${queryOf({ node })}`}>
          Logs
        </a>
      </header>
      {rows.length > 0 && <EventsTable network={network} rows={rows} waiting={waiting} />}
      {fault && <HistoryFault fault={fault} retry={older} />}
      {!fault && (
        <p class="quiet-note" role="status">
          {waiting
            ? 'Loading the events…'
            : rows.length === 0
              ? 'No alarms that match in this time.'
              : more
                ? ''
                : 'That is all.'}
        </p>
      )}
      {more && !fault && (
        <button type="button" class="chip" disabled={waiting} onClick={older}>
          Older
        </button>
      )}
    </div>
  )
}

interface TableProps {
  readonly network: string
  readonly rows: readonly Entry[]
  readonly waiting: boolean
}

/** Each time leads to the network as it was then. */
function EventsTable({ network, rows, waiting }: TableProps) {
  return (
    <table class="events-table" aria-busy={waiting}>
      <thead class="visually-hidden">
        <tr>
          {['Time', 'Severity', 'Node', 'Type', 'Message'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            <td>
              <a href={momentHref(network, row.at)} title="See the network then">
                {instant(row.at)}
              </a>
            </td>
            <td class={`event-severity is-${severityTone(row.severity)}`}>{severityWord(row.severity)}</td>
            <td>{row.node !== null && <a href={momentHref(network, row.at, row.node)}>{row.name}</a>}</td>
            <td class="faint">
              {row.type} {row.step}
              {row.origin === 'node' && ' (reported by its agent)'}
            </td>
            <td class="event-message">{row.message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const AlarmTools = ({ open }: { readonly open: boolean }) => (
  <button type="button" class="chip" aria-pressed={open} onClick={() => setQuery('open', open ? null : 'true')}>
    not cleared only
  </button>
)
