/** Refused logins: who, why, and what to do about it; for operators. The server keeps a bounded number since its start. */
import { useSignal } from '@preact/signals'
import { count } from '../format/numbers.ts'
import { instant } from '../format/time.ts'
import { RestFault } from '../pages/message.tsx'
import { usePoll } from '../rest/follow.ts'
import { wordsFor } from '../server/words.ts'
import { Ago } from '../ui/values.tsx'
import type { RefusedLogin } from './wire.ts'

const everyMs = 5000

export function RefusedList() {
  const rows = useSignal<readonly RefusedLogin[] | undefined>(undefined)
  const poll = usePoll('/admin/agents/refused', everyMs, (data) => {
    rows.value = (data as { readonly refused: readonly RefusedLogin[] }).refused
  })
  const { fault, status } = poll.value
  if (rows.value === undefined) {
    return fault ? (
      <RestFault what="refused logins" fault={fault} status={status} />
    ) : (
      <p class="quiet-note">Loading refused logins…</p>
    )
  }
  if (rows.value.length === 0) return <p class="quiet-note">Nobody was refused since the server was started.</p>
  return (
    <table class="server-table refused-table">
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Address</th>
          <th scope="col">Why, and what to do</th>
          <th scope="col" class="num">
            Times
          </th>
          <th scope="col" class="num">
            First
          </th>
          <th scope="col" class="num">
            Last
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.value.map((row) => (
          <Line key={JSON.stringify([row.reason, row.via, row.address, row.name])} row={row} />
        ))}
      </tbody>
    </table>
  )
}

const kinds = { ethstats: 'node', netstats: 'agent', http: 'connection', login: 'user' } as const

function Line({ row }: { readonly row: RefusedLogin }) {
  return (
    <tr>
      <td class="agent-name">
        {row.name} <span class="faint">{row.name === '' ? `${kinds[row.via]} without a name` : kinds[row.via]}</span>
      </td>
      <td class="refused-address">{row.address === '' ? <span class="faint">several</span> : row.address}</td>
      <td class="refused-why">
        <b>{wordsFor(row.reason)}</b> <span class="faint">{row.cure}</span>
      </td>
      <td class="num" data-label="times">
        {count(row.count)}
      </td>
      <td class="num faint" data-label="first" title={instant(row.firstAt)}>
        <Ago at={row.firstAt} />
      </td>
      <td class="num" data-label="last" title={instant(row.lastAt)}>
        <Ago at={row.lastAt} />
      </td>
    </tr>
  )
}
