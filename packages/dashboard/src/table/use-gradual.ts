import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type Drawn, drawSome, nothingDrawn } from './gradual.ts'

/** Rows a frame: eight take some 20 ms on a slow machine, and the browser as long again to lay them out and paint. */
const most = 5

/** What to draw now of rows that begin at an offset, and more in each of the next frames; `firstSeen` counts from the same start. */
export function useGradual<R>(rows: readonly R[], offset: number, firstSeen: number): Drawn<R> {
  const drawn = useRef<Drawn<R>>(nothingDrawn)
  const frames = useSignal(0)
  // Reading it draws again with the next frame.
  void frames.value
  drawn.current = drawSome(drawn.current, { offset, rows, from: firstSeen - offset, most })
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
