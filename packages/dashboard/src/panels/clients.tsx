import type { NetworkSummary, Share } from '@netstats/protocol/feed'
import { count, plural, share } from '../format/numbers.ts'
import { setFilter } from '../table/table-state.ts'
import { listLength } from '../ui/measures.ts'
import { Panel } from './panel.tsx'

/** Versions grouped below their client, most used first; a click filters the table. */
export function Clients({ summary }: { readonly summary: NetworkSummary }) {
  const rows = groupVersions(summary.clients, summary.versions).slice(0, listLength.value)
  return (
    <Panel name="clients" title="Clients" note={plural(summary.versions.length, 'version', 'versions')}>
      {rows.length === 0 ? (
        <p class="quiet-note">No node has reported its client.</p>
      ) : (
        <ul class="shares">
          {rows.map((row) => (
            <li key={row.key} class={row.version ? 'is-version' : ''}>
              <button type="button" title="Show these in the table" onClick={() => setFilter(row.filter)}>
                <span class="shares-name">{row.name}</span>
                <span class="shares-bar" aria-hidden="true">
                  <i style={{ transform: `scaleX(${row.count / Math.max(1, summary.nodes)})` }} />
                </span>
                <span class="num">{count(row.count)}</span>
                <span class="num faint">{share(row.count / Math.max(1, summary.nodes))}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

interface Row {
  readonly key: string
  readonly name: string
  readonly version: boolean
  readonly count: number
  readonly filter: string
}

function groupVersions(clients: readonly Share[], versions: readonly Share[]): readonly Row[] {
  return clients.flatMap((client) => {
    const own = versions.filter((v) => v.name.startsWith(`${client.name} `) || v.name.startsWith(`${client.name}/`))
    const head = {
      key: client.name,
      name: client.name,
      version: false,
      count: client.count,
      filter: `family:${client.name}`,
    }
    return [
      head,
      ...own.slice(0, 3).map((v) => {
        const name = v.name.slice(client.name.length + 1)
        const filter = `family:${client.name} version:=${name}`
        return { key: v.name, name, version: true, count: v.count, filter }
      }),
    ]
  })
}
