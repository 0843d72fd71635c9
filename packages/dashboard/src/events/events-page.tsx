/** Logs and alarms of a network, newest first, page by page. What is shown is in the address. */
import { useMemo, useRef } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { instant } from '../format/time.ts'
import { HistoryFault } from '../history/history-fault.tsx'
import { useTitle } from '../pages/use-title.ts'
import { momentHref } from '../past/address.ts'
import { queryOf } from '../rest/rest.ts'
import { query, setQueries, setQuery } from '../router/location.ts'
import { severityChoices, severityTone, severityWord } from './severity.ts'
import { useList } from './use-list.ts'
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
  readonly severity: number
  readonly message: string
  /** Of a log line. */
  readonly source?: string
  /** Of an alarm. */
  readonly alarm?: string
  readonly step?: string
  readonly type?: string
}

export function EventsPage({ network }: { readonly network: string }) {
  useTitle(`Events of ${network}`)
  const settings = query.value
  const kind = settings.get('kind') === 'alarms' ? 'alarms' : 'logs'
  const days = stretches.find(([key]) => key === settings.get('days'))?.[0] ?? '7'
  const severity = settings.get('severity') ?? ''
  const text = settings.get('text') ?? ''
  const open = settings.get('open') === 'true'
  const path = useMemo(() => {
    const own = kind === 'logs' ? { text, severity } : { open: open ? 'true' : undefined }
    const from = Math.floor(serverNow() - Number(days) * day)
    return `/networks/${encodeURIComponent(network)}/history/${kind}${queryOf({ ...own, from, limit: portion })}`
  }, [network, kind, days, severity, text, open])
  const { state, older } = useList<Entry>(path, kind)
  const { rows, fault, waiting, more } = state.value
  return (
    <div class="events">
      <header class="events-head">
        <h1>Events</h1>
        <div class="events-tools" role="group" aria-label="Sort of event">
          {(['logs', 'alarms'] as const).map((one) => (
            <button
              key={one}
              type="button"
              class="chip"
              aria-pressed={kind === one}
              onClick={() => setQueries({ kind: one === 'logs' ? null : one })}
            >
              {one}
            </button>
          ))}
        </div>
        {kind === 'logs' ? <LogTools text={text} severity={severity} /> : <AlarmTools open={open} />}
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
      </header>
      {rows.length > 0 && (
        <table class="events-table" aria-busy={waiting}>
          <thead class="visually-hidden">
            <tr>
              {['Time', 'Severity', 'Node', kind === 'logs' ? 'Source' : 'Type', 'Message'].map((title) => (
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
                <td>{row.node !== null && <a href={momentHref(network, row.at, row.node)}>{row.node}</a>}</td>
                <td class="faint">
                  {row.source ?? row.type}
                  {row.step !== undefined && ` ${row.step}`}
                </td>
                <td class="event-message">{row.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {fault && <HistoryFault fault={fault} retry={older} />}
      {!fault && (
        <p class="quiet-note" role="status">
          {waiting
            ? 'Asking for the events…'
            : rows.length === 0
              ? `No ${kind} that match in this time.`
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

/** Typing rests so long before it is asked for. */
const settleMs = 300

function LogTools({ text, severity }: { readonly text: string; readonly severity: string }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  return (
    <>
      <label class="events-text">
        <span class="visually-hidden">Found in the message</span>
        <input
          type="search"
          placeholder="found in the message"
          maxLength={200}
          spellcheck={false}
          defaultValue={text}
          onInput={({ currentTarget: { value } }) => {
            clearTimeout(timer.current)
            timer.current = setTimeout(() => setQuery('text', value.trim()), settleMs)
          }}
        />
      </label>
      <label>
        <span class="visually-hidden">Severity</span>
        <select value={severity} onChange={(event) => setQuery('severity', event.currentTarget.value)}>
          {severityChoices.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}

const AlarmTools = ({ open }: { readonly open: boolean }) => (
  <button type="button" class="chip" aria-pressed={open} onClick={() => setQuery('open', open ? null : 'true')}>
    not cleared only
  </button>
)
