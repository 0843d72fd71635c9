import { useMemo, useRef } from 'preact/hooks'
import { count, decimal, gap, unknown } from '../format/numbers.ts'
import { duration, instant } from '../format/time.ts'
import { RestFault } from '../pages/message.tsx'
import { useList } from '../rest/follow.ts'
import { queryOf } from '../rest/rest.ts'
import { query, setQuery } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { wordsFor } from '../server/words.ts'
import { AgentCommand } from '../ui/command.tsx'
import { Ago } from '../ui/values.tsx'
import type { Delivery } from './wire.ts'

const portion = 100
/** How long typing rests before the search begins. */
const settleMs = 300

export function DeliveryList() {
  const text = query.value.get('q') ?? ''
  const incomplete = query.value.has('incomplete')
  const path = useMemo(
    () => `/deliveries${queryOf({ text, incomplete: incomplete ? 'true' : undefined, limit: portion })}`,
    [text, incomplete],
  )
  const { state, older } = useList<Delivery>(path, 'deliveries')
  const { rows, fault, waiting, more, status } = state.value
  // Most agents have the name of their node: it is shown once, and where all have it there is no such column.
  const named = rows.some(({ agent, node }) => agent !== node)
  if (fault && rows.length === 0 && text === '' && !incomplete)
    return <RestFault what="the agents" fault={fault} status={status} />
  return (
    <>
      {(rows.length > 0 || waiting || text !== '' || incomplete) && <Tools text={text} incomplete={incomplete} />}
      {rows.length > 0 && (
        <table class="server-table delivery-table" aria-busy={waiting}>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              {named && <th scope="col">Node</th>}
              <th scope="col">State</th>
              <th scope="col" class="num">
                Received
              </th>
              <th scope="col">Missing</th>
              <th scope="col" class="num" title="Sent again after a reconnect, and dropped">
                Came twice
              </th>
              <th scope="col" class="num" title="How old the newest observation was when it came">
                Lag
              </th>
              <th
                scope="col"
                class="num"
                title="How far the agent's clock is behind the server's, and the error of that"
              >
                Clock
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Line key={`${row.agent} ${row.network} ${row.node} ${row.spool}`} row={row} named={named} />
            ))}
          </tbody>
        </table>
      )}
      {fault && rows.length > 0 && (
        <p class="quiet-note" role="alert">
          {fault.message} <span class="faint">{fault.code}</span>
        </p>
      )}
      {!fault && (waiting || rows.length === 0) && <Nothing waiting={waiting} searched={text !== '' || incomplete} />}
      {more && !fault && (
        <button type="button" class="chip" disabled={waiting} onClick={older}>
          More
        </button>
      )}
    </>
  )
}

function Tools({ text, incomplete }: { readonly text: string; readonly incomplete: boolean }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  return (
    <div class="agents-tools">
      <label class="agents-search">
        <span class="visually-hidden">Agent or node</span>
        <input
          type="search"
          placeholder="agent or node"
          maxLength={200}
          spellcheck={false}
          defaultValue={text}
          onInput={({ currentTarget: { value } }) => {
            clearTimeout(timer.current)
            timer.current = setTimeout(() => setQuery('q', value.trim()), settleMs)
          }}
        />
      </label>
      <button
        type="button"
        class="chip"
        aria-pressed={incomplete}
        onClick={() => setQuery('incomplete', incomplete ? null : 'true')}
      >
        incomplete only
      </button>
    </div>
  )
}

function Nothing({ waiting, searched }: { readonly waiting: boolean; readonly searched: boolean }) {
  if (waiting) return <p class="quiet-note">Loading the agents…</p>
  if (searched) return <p class="quiet-note">No agent that matches.</p>
  return (
    <div class="agents-none">
      <p class="lead">
        No netstats agent has reported yet. Agents keep what they see on disk until this server has stored it; clients
        that report by themselves, as geth does, are not listed here.
      </p>
      <AgentCommand />
    </div>
  )
}

function Line({ row, named }: { readonly row: Delivery; readonly named: boolean }) {
  const same = row.agent === row.node
  const node = <a href={writeRoute({ page: 'node', network: row.network, node: row.node })}>{row.node}</a>
  return (
    <tr class={row.open ? '' : 'is-off'}>
      <td class="agent-name">
        {same ? node : row.agent} {same && <span class="faint">{row.network}</span>}
      </td>
      {named && (
        <td>
          {!same && (
            <>
              {node} <span class="faint">{row.network}</span>
            </>
          )}
        </td>
      )}
      <td class="agent-state">
        {row.open ? (
          'connected'
        ) : (
          <>
            away <span class="faint">{row.lastAt === null ? '' : <Ago at={row.lastAt} />}</span>
          </>
        )}
      </td>
      <td class="num" data-label="received" title={`Stored up to ${count(row.durable)}, since ${instant(row.firstAt)}`}>
        {count(row.received)}
      </td>
      <td class="delivery-missing" data-label="missing">
        <Missing row={row} />
      </td>
      <td class="num" data-label="came twice">
        {row.duplicates === 0 ? <span class="faint">0</span> : count(row.duplicates)}
      </td>
      <td class="num" data-label="lag">
        {duration(row.lagMs)}
      </td>
      <td class="num" data-label="clock">
        {clockText(row)}
      </td>
    </tr>
  )
}

function Missing({ row: { missing, missed, missingRanges } }: { readonly row: Delivery }) {
  if (missing + missingRanges === 0) return <span class="faint">0</span>
  const why = missed
    .filter(({ dropped }) => dropped > 0)
    .map(({ class: kind, reason, dropped }) => `${count(dropped)} ${kind}: ${wordsFor(reason)}`)
  if (missingRanges > 0) why.push(`${count(missingRanges)} truncated before they were delivered`)
  return (
    <span class="missing">
      <b class="is-warn">{count(missing + missingRanges)}</b> <span class="faint">{why.join('; ')}</span>
    </span>
  )
}

/** `+12.3 ms ±4.0`: behind the server's clock where it is positive. */
export function clockText({ offsetMs, errorMs }: Pick<Delivery, 'offsetMs' | 'errorMs'>): string {
  if (offsetMs === null) return unknown
  const sign = offsetMs < 0 ? '−' : '+'
  const size = Math.abs(offsetMs)
  const text = size < 1000 ? `${decimal(size, size < 10 ? 1 : 0)}${gap}ms` : duration(size)
  return errorMs === null ? `${sign}${text}` : `${sign}${text} ±${decimal(errorMs, errorMs < 10 ? 1 : 0)}`
}
