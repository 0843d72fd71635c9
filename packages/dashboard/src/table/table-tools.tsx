import type { NetworkSummary } from '@netstats/protocol/feed'
import { count } from '../format/numbers.ts'
import { wall } from '../router/location.ts'
import type { Condition } from '../state/condition.ts'
import { chosenColumns, toggled } from '../state/settings.ts'
import { Glyph } from '../ui/glyph.tsx'
import { tableColumns } from './columns/mod.ts'
import { FilterBox } from './filter-box.tsx'
import type { ShownWindow } from './node-window.ts'
import { filter, setFilter } from './table-state.ts'

interface Props {
  readonly summary: NetworkSummary
  readonly shown: ShownWindow
  /** Keys of the columns that fit, what a choice starts from. */
  readonly fits: readonly string[]
}

export function TableTools({ summary, shown, fits }: Props) {
  if (wall.value) return <h2 class="visually-hidden">Nodes, those behind first</h2>
  const { data, fault } = shown
  return (
    <header class="table-tools">
      <h2>
        Nodes{' '}
        <span class="faint" role="status">
          {data && filter.value ? `${count(data.total)} of ${count(data.all)}` : count(data?.all ?? summary.nodes)}
        </span>
      </h2>
      <FilterBox fault={filter.value ? fault : undefined} />
      <div class="presets" role="group" aria-label="Ready filters">
        <Preset text="behind:>1 state:active" condition="behind" label="behind" />
        <Preset text="syncing:true" condition="syncing" label="syncing" />
        <Preset text="state:inactive" condition="inactive" label="inactive" />
      </div>
      <ColumnChooser fits={fits} />
    </header>
  )
}

function Preset({
  text,
  condition,
  label,
}: {
  readonly text: string
  readonly condition: Condition
  readonly label: string
}) {
  const on = filter.value === text
  return (
    <button type="button" class="chip" aria-pressed={on} onClick={() => setFilter(on ? '' : text)}>
      <Glyph condition={condition} quiet />
      {label}
    </button>
  )
}

/** Chooses columns. Without a choice the table shows as many as fit; the first change starts from those. */
function ColumnChooser({ fits }: { readonly fits: readonly string[] }) {
  const chosen = chosenColumns.value
  const shown = chosen.length > 0 ? chosen : fits
  return (
    <details
      class="chooser"
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) currentTarget.open = false
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.currentTarget.open = false
        event.stopPropagation()
      }}
    >
      <summary>Columns</summary>
      <div class="chooser-sheet" role="group" aria-label="Columns to show" tabIndex={-1}>
        {tableColumns.map((column) => (
          <label key={column.key}>
            <input
              type="checkbox"
              checked={column.rank === 0 || shown.includes(column.key)}
              disabled={column.rank === 0}
              onChange={() => {
                chosenColumns.value = toggled(shown, column.key, tableColumns.length)
              }}
            />
            {column.title}
          </label>
        ))}
        <button
          type="button"
          class="chip"
          disabled={chosen.length === 0}
          onClick={() => {
            chosenColumns.value = []
          }}
        >
          As many as fit
        </button>
      </div>
    </details>
  )
}
