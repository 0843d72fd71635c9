import { useMemo, useRef } from 'preact/hooks'
import { useList } from '../events/use-list.ts'
import { count } from '../format/numbers.ts'
import { duration, instant } from '../format/time.ts'
import { queryOf } from '../rest/rest.ts'
import { RestFault } from '../rest/rest-fault.tsx'
import { query, setQuery } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { wordsFor } from '../server/words.ts'
import { Ago } from '../ui/ago.tsx'
import { Command } from '../ui/command.tsx'
import { clockText } from './clock-text.ts'
import type { Delivery } from './wire.ts'

const portion = 100
/** Typing rests so long before it is asked for. */
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
  // Most agents are called as their node is: it is told once, and where all are there is no such column.
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
              <th scope="col" class="num" title="Came again after a reconnect and were dropped">
                Came twice
              </th>
              <th scope="col" class="num" title="How old the newest observation was when it came">
                Lag
              </th>
              <th
                scope="col"
                class="num"
                title="How far the agent's clock is behind the server's, and by how much that may be wrong"
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
  if (waiting) return <p class="quiet-note">Asking for the agents…</p>
  if (searched) return <p class="quiet-note">No agent that matches.</p>
  const { protocol, host } = window.location
  return (
    <div class="agents-none">
      <p class="lead">
        No netstats agent has reported yet. Agents keep what they see on disk until this server has stored it; clients
        that report by themselves, as geth does, are not listed here.
      </p>
      <Command
        text={[
          'npx netstats agent --name my-node \\',
          '  --rpc http://127.0.0.1:8545 \\',
          `  --server ${protocol === 'https:' ? 'wss' : 'ws'}://${host} \\`,
          '  --secret-file secret',
        ].join('\n')}
      />
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

function Missing({ row: { missing, missed, holes } }: { readonly row: Delivery }) {
  if (missing + holes === 0) return <span class="faint">0</span>
  const why = missed
    .filter(({ dropped }) => dropped > 0)
    .map(({ class: kind, reason, dropped }) => `${count(dropped)} ${kind}: ${wordsFor(reason)}`)
  if (holes > 0) why.push(`${count(holes)} let go of before they came`)
  return (
    <span class="missing">
      <b class="is-warn">{count(missing + holes)}</b> <span class="faint">{why.join('; ')}</span>
    </span>
  )
}
