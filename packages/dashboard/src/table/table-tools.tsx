import type { NetworkSummary } from '@netstats/protocol/feed'
import { count } from '../format/numbers.ts'
import { wall } from '../router/location.ts'
import { Glyph } from '../ui/glyph.tsx'
import type { Condition } from '../state/condition.ts'
import { ColumnChooser } from './column-chooser.tsx'
import { FilterBox } from './filter-box.tsx'
import { filter, setFilter } from './table-state.ts'
import type { ShownWindow } from './use-node-window.ts'

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
