/** Which rows a scrolled table needs: a few more than are seen, in steps, so that small scrolls need no new request. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

export interface Range {
  readonly offset: number
  readonly limit: number
}

interface Viewport {
  /** First row at least partly seen, and how many are. */
  readonly first: number
  readonly seen: number
}

const step = 10
/** The fewest rows of a request. */
const least = 40
/** The server's limit of rows in a window. */
export const maxWindow = 200

/** Rows in view of a list whose top is `top` pixels below the top of a view of some height. */
export function viewportOf(top: number, viewHeight: number, rowHeight: number, rows: number): Viewport {
  const first = Math.min(Math.max(0, rows - 1), Math.max(0, Math.floor(-top / rowHeight)))
  const last = Math.min(rows, Math.max(0, Math.ceil((viewHeight - top) / rowHeight)))
  return { first, seen: Math.max(0, last - first) }
}

export function rangeFor({ first, seen }: Viewport): Range {
  const offset = Math.max(0, Math.floor((first - step) / step) * step)
  const end = Math.ceil((first + seen + step) / step) * step
  return { offset, limit: Math.min(maxWindow, Math.max(least, end - offset)) }
}

export const covers = (range: Range, { first, seen }: Viewport, rows: number): boolean =>
  range.offset <= first && range.offset + range.limit >= Math.min(rows, first + seen)

/** Requests for windows are at least this far apart: the server allows twenty requests a second. */
const everyMs = 160

/** Tells which rows of a table body are in view, as the page, or whatever holds the table, scrolls or changes size. */
export function useViewport(
  body: RefObject<HTMLElement | null>,
  rowHeight: number,
  rows: number,
  onChange: (view: Viewport) => void,
): void {
  const latest = useRef({ rowHeight, rows, onChange })
  latest.current = { rowHeight, rows, onChange }
  const look = useRef<(() => void) | undefined>(undefined)

  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let lookedAt = 0
    const now = (): void => {
      timer = undefined
      lookedAt = performance.now()
      const element = body.current
      if (!element) return
      const { rowHeight, rows, onChange } = latest.current
      onChange(viewportOf(element.getBoundingClientRect().top, window.innerHeight, rowHeight, rows))
    }
    // At once after a pause, then in steps, and always once more at the end.
    const soon = (): void => {
      timer ??= setTimeout(now, Math.max(0, everyMs - (performance.now() - lookedAt)))
    }
    look.current = soon
    window.addEventListener('scroll', soon, { passive: true, capture: true })
    window.addEventListener('resize', soon)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('scroll', soon, { capture: true })
      window.removeEventListener('resize', soon)
    }
  }, [])
  useLayoutEffect(() => look.current?.(), [rowHeight, rows])
}
