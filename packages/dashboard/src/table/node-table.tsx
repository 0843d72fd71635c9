/** The node table: pinned rows, then a window of all others. Only rows near the view exist; the server sorts and filters. */
import type { NetworkSummary, NodeRow, NodeWindow } from '@netstats/protocol/feed'
import { computed, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { niceCeiling } from '../recorder/geometry.ts'
import { wall } from '../router/location.ts'
import type { Sealers } from '../state/sealers.ts'
import { chosenColumns, pinsOf } from '../state/settings.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'
import { type CellContext, fitColumns } from './column.ts'
import { tableColumns } from './columns/mod.ts'
import { useGradual } from './gradual.ts'
import { useTableKeys } from './keys.ts'
import { HeaderRow, NodeLine } from './node-row.tsx'
import { listRows, useNodeWindow } from './node-window.ts'
import { cursorId, filter, sort } from './table-state.ts'
import { TableTools } from './table-tools.tsx'
import { covers, type Range, rangeFor, useViewport } from './window.ts'

interface Props {
  readonly network: string
  readonly summary: NetworkSummary
  readonly sealers: Sealers
}

const wideEnough = 700

export function NodeTable({ network, summary, sealers }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const width = useWidth(holder).value
  const rem = rootFontSize.value
  const { rowHeight, pinWidth, columns, overflows } = layoutOf(width, rem)
  const { shown, rows, drawn } = useRows(network, body, rowHeight)
  useTableKeys({ network, rows, body, rowHeight })

  const context = useStable<CellContext>({
    network,
    sealers,
    stripTopMs: niceCeiling((summary.propagation.p99Ms ?? 500) * 1.2),
  })
  const line = (row: NodeRow, pinned: boolean, position: number, key: number, waits = false) => (
    <NodeLine
      key={key}
      row={row}
      columns={columns}
      context={context}
      pinned={pinned}
      position={position}
      current={cursorId.value === row.id}
      tools={!wall.value}
      waits={waits}
    />
  )
  const above = shown.window.offset
  const cells = columns.length + (wall.value ? 0 : 1)
  const below = Math.max(0, rows.count - above - rows.loaded.length)
  return (
    <section class="nodes" aria-label="Nodes">
      <TableTools summary={summary} shown={shown} fits={columns.map((c) => c.key)} />
      <div
        class={overflows ? 'table-holder is-scrolling' : 'table-holder'}
        ref={holder}
        tabIndex={overflows ? 0 : undefined}
      >
        <table class="node-table" aria-rowcount={rows.pinned.length + rows.count + 1} aria-busy={shown.waiting}>
          <caption class="visually-hidden">Nodes of network {network}</caption>
          <colgroup>
            {!wall.value && <col style={{ width: `${pinWidth}rem` }} />}
            {columns.map((c) => (
              <col key={c.key} style={c.rank === 0 && !overflows ? {} : { width: `${c.width}rem` }} />
            ))}
          </colgroup>
          <HeaderRow columns={columns} sort={sort.value} tools={!wall.value} />
          {rows.pinned.length > 0 && (
            <tbody class="pinned">{rows.pinned.map((row, i) => line(row, true, i + 2, i))}</tbody>
          )}
          <tbody ref={body}>
            {above > 0 && <Spacer rows={above} rowHeight={rowHeight} columns={cells} />}
            {drawn.places.map(({ key, row }, i) =>
              row ? (
                line(row, false, rows.pinned.length + above + i + 2, key, drawn.leapt && row !== rows.loaded[i])
              ) : (
                <Coming key={key} columns={cells} />
              ),
            )}
            {below > 0 && <Spacer rows={below} rowHeight={rowHeight} columns={cells} />}
          </tbody>
        </table>
        {shown.data && rows.count === 0 && rows.pinned.length === 0 && (
          <p class="quiet-note">{filter.value ? 'No node matches the filter.' : 'No node has connected yet.'}</p>
        )}
        {!shown.data && !shown.fault && <p class="quiet-note">Loading the nodes…</p>}
      </div>
    </section>
  )
}

/** What fits a width: fingers need taller rows, and chosen columns may need more than there is. */
function layoutOf(width: number, rem: number) {
  const coarse = width > 0 && width < wideEnough
  const pinWidth = coarse ? 2.4 : 1.9
  const columns = fitColumns(tableColumns, chosenColumns.value, width / rem - pinWidth, coarse ? 12 : 13)
  const overflows = chosenColumns.value.length > 0 && columns.reduce((sum, c) => sum + c.width, 3) * rem > width
  return { rowHeight: Math.round(rem * (coarse ? 2.7 : 1.95)), pinWidth, columns, overflows }
}

/** The rows in view, and a few more: asked for as the page scrolls, drawn a few a frame. */
function useRows(network: string, body: RefObject<HTMLElement | null>, rowHeight: number) {
  const pins = pinsOf(network)
  const range = useSignal<Range>({ offset: 0, limit: 40 })
  const wanted = useMemo(
    () =>
      computed<NodeWindow>(() => ({
        sort: sort.value.column,
        descending: sort.value.descending,
        filter: filter.value,
        offset: range.value.offset,
        limit: range.value.limit,
        pinned: pins.value,
      })),
    [network],
  )
  const shown = useNodeWindow(network, wanted).value
  const rows = listRows(shown, pins.value)
  const firstSeen = useRef(0)
  const drawn = useGradual(rows.loaded, shown.window.offset, firstSeen.current)
  useViewport(body, rowHeight, rows.count, (view) => {
    firstSeen.current = view.first
    if (!covers(range.peek(), view, rows.count)) range.value = rangeFor(view)
  })
  // Another order or filter shows other rows: begin at the top.
  useEffect(() => {
    range.value = { offset: 0, limit: range.peek().limit }
  }, [filter.value, sort.value.column, sort.value.descending])
  return { shown, rows, drawn }
}

/** A row whose turn comes within a few frames. */
function Coming({ columns }: { readonly columns: number }) {
  return (
    <tr class="line" aria-hidden="true">
      <td colSpan={columns} />
    </tr>
  )
}

/** Space for rows that are not in the page. The stripes of its background keep the place of each. */
function Spacer(props: { readonly rows: number; readonly rowHeight: number; readonly columns: number }) {
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={props.columns} style={{ height: `${props.rows * props.rowHeight}px` }} />
    </tr>
  )
}

/** The same object as long as its values are the same, so that rows need not be drawn again. */
function useStable<T extends object>(value: T): T {
  const kept = useRef(value)
  const before = kept.current
  const same = (Object.keys(value) as (keyof T)[]).every((key) => before[key] === value[key])
  if (!same) kept.current = value
  return kept.current
}
