/** Which rows a scrolled table needs: a few more than are seen, cut at steps so that small scrolls ask for nothing new. */
export interface Range {
  readonly offset: number
  readonly limit: number
}

export interface Viewport {
  /** First row at least partly seen, and how many are. */
  readonly first: number
  readonly seen: number
}

const step = 10
/** At least so many rows at once, whatever is seen. */
const least = 40
/** The server's bound on rows in a window. */
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
