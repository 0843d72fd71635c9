import { chosenColumns } from '../state/settings.ts'
import { toggled } from '../state/storage.ts'
import { tableColumns } from './columns/mod.ts'

/** Chooses columns. Without a choice the table shows as many as fit; the first change starts from those. */
export function ColumnChooser({ fits }: { readonly fits: readonly string[] }) {
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
