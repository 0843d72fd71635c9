/** Keys of the table: j, k and arrows move, Enter opens, p pins. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { addKeys } from '../keys.ts'
import { navigate } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { togglePin } from './node-row.tsx'
import type { Rows } from './node-window.ts'
import { cursorId } from './table-state.ts'

interface Context {
  readonly network: string
  readonly rows: Rows
  readonly body: RefObject<HTMLElement | null>
  readonly rowHeight: number
}

export function useTableKeys(context: Context): void {
  const latest = useRef(context)
  latest.current = context
  // Rows keep their place when the nodes in them change: the focus follows its node, or is dropped with it.
  useLayoutEffect(() => {
    const focused = document.activeElement
    const id = cursorId.peek()
    if (!(focused instanceof HTMLElement) || !onRow() || id === null || focused.dataset['node'] === id) return
    const row = findRow(context.body.current, id)
    if (row) row.focus({ preventScroll: true })
    else focused.blur()
  })
  useEffect(() => {
    const step = (by: number) => (): void => {
      const { rows } = latest.current
      const all = [...rows.pinned, ...rows.loaded]
      const at = all.findIndex((r) => r.id === cursorId.peek())
      const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]
      if (!next) return
      cursorId.value = next.id
      // The row is focusable only once it is drawn as the current one.
      requestAnimationFrame(() => focusRow(latest.current.body.current, next.id))
    }
    const withCursor = (act: (id: string) => void) => (): boolean => {
      const id = cursorId.peek()
      if (id !== null) act(id)
      return id !== null
    }
    const { network } = latest.current
    return addKeys({
      j: step(1),
      ArrowDown: () => onRow() && step(1)(),
      k: step(-1),
      ArrowUp: () => onRow() && step(-1)(),
      Enter: withCursor((node) => navigate(writeRoute({ page: 'node', network, node }))),
      p: withCursor((id) => togglePin(network, id)),
    })
  }, [context.network])
}

/** Arrows scroll the page unless a row has the focus. */
const onRow = (): boolean => document.activeElement?.matches('tr[data-node]') ?? false

function findRow(body: HTMLElement | null, id: string): HTMLElement | undefined {
  const rows = body?.closest('table')?.querySelectorAll<HTMLElement>('tr[data-node]') ?? []
  return [...rows].find((row) => row.dataset['node'] === id)
}

function focusRow(body: HTMLElement | null, id: string): void {
  const row = findRow(body, id)
  row?.focus({ preventScroll: true })
  row?.scrollIntoView({ block: 'nearest' })
}
