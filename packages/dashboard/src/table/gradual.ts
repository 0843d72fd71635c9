import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

/**
 * Which row stands in which place of the table's window, from frame to frame. Other rows are put in their places a few a
 * frame: all at once would hold up scrolling and keys for longer than a frame or two. A place is an element of the page:
 * filling it again costs less than making another, so a leap keeps all places, and a small step those that stay in view.
 */
export interface Place<R> {
  /** Names the element. */
  readonly key: number
  /** What is drawn; undefined where nothing was yet. */
  readonly row: R | undefined
}

export interface Drawn<R> {
  /** Of the first place. */
  readonly offset: number
  readonly places: readonly Place<R>[]
  /** After a leap: places that wait show what belongs elsewhere, and are hidden. */
  readonly leapt: boolean
  readonly nextKey: number
  readonly done: boolean
}

export const nothingDrawn: Drawn<never> = { offset: 0, places: [], leapt: false, nextKey: 0, done: true }

interface Wanted<R> {
  readonly offset: number
  readonly rows: readonly R[]
  /** The place to begin with: the first the reader sees. */
  readonly from: number
  /** Rows to draw at most. */
  readonly most: number
}

export function drawSome<R>(before: Drawn<R>, { offset, rows, from, most }: Wanted<R>): Drawn<R> {
  const by = offset - before.offset
  const leap = by !== 0 && Math.abs(by) >= before.places.length
  let { nextKey } = before
  const fresh = (count: number): Place<R>[] =>
    Array.from({ length: Math.max(0, count) }, () => ({ key: nextKey++, row: undefined }))
  const kept = leap || by === 0 ? before.places : by > 0 ? before.places.slice(by) : [...fresh(-by), ...before.places]
  const places = [...kept.slice(0, rows.length), ...fresh(rows.length - kept.length)]
  const start = Math.min(Math.max(0, from), Math.max(0, rows.length - 1))
  let left = most
  for (let step = 0; step < rows.length && left > 0; step++) {
    const i = (start + step) % rows.length
    const place = places[i]
    if (!place || place.row === rows[i]) continue
    places[i] = { key: place.key, row: rows[i] }
    left -= 1
  }
  const done = places.every((place, i) => place.row === rows[i])
  return { offset, places, leapt: !done && (leap || before.leapt), nextKey, done }
}

/** Rows a frame: eight take some 20 ms on a slow machine, and the browser as long again to lay them out and paint. */
const rowsPerFrame = 5

/** What to draw now of rows that begin at an offset, and more in each of the next frames; `firstSeen` counts from the same start. */
export function useGradual<R>(rows: readonly R[], offset: number, firstSeen: number): Drawn<R> {
  const drawn = useRef<Drawn<R>>(nothingDrawn)
  const frames = useSignal(0)
  // Reading it draws again with the next frame.
  void frames.value
  drawn.current = drawSome(drawn.current, { offset, rows, from: firstSeen - offset, most: rowsPerFrame })
  const { done } = drawn.current
  useEffect(() => {
    if (done) return
    const frame = requestAnimationFrame(() => {
      frames.value += 1
    })
    return () => cancelAnimationFrame(frame)
  })
  return drawn.current
}
