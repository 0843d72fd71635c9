import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type Viewport, viewportOf } from './window.ts'

/** Windows asked for in a row are at least this far apart: the server allows twenty requests a second. */
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
