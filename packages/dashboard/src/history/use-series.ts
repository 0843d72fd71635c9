/** Follows a series: asks, gives up what is under way when the question changes, and comes back with each new bucket. */
import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { askServer, queryOf } from '../rest/rest.ts'
import { rangeOf, type View } from './ranges.ts'
import type { Series } from './wire.ts'

export interface SeriesState {
  /** Of the question before while the next is under way. */
  readonly series: Series | undefined
  readonly fault: FeedFault | undefined
  readonly waiting: boolean
}

/** A second of rows is written at once; the bucket that just ended is whole a little later. */
const writtenMs = 2000
const longestMs = 300_000

export function useSeries(
  path: string,
  metrics: readonly string[],
  view: View,
  pixels: number,
  finest: number,
  attempt: number,
): ReadonlySignal<SeriesState> {
  const state = useSignal<SeriesState>({ series: undefined, fault: undefined, waiting: true })
  useEffect(() => {
    if (pixels === 0) return
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async (): Promise<void> => {
      const { from, to, bucketMs } = rangeOf(view, serverNow(), pixels, finest)
      state.value = { ...state.peek(), waiting: true }
      const query = queryOf({ metrics: metrics.join(), from, to, bucket: bucketMs })
      const answer = await askServer(`${path}${query}`, gone.signal).catch(() => undefined)
      if (!answer || gone.signal.aborted) return
      state.value = answer.ok
        ? { series: answer.data as Series, fault: undefined, waiting: false }
        : { series: undefined, fault: answer.fault, waiting: false }
      if ('last' in view) again(bucketMs)
    }
    const again = (bucketMs: number): void => {
      const now = serverNow()
      const next = Math.min((Math.floor(now / bucketMs) + 1) * bucketMs - now + writtenMs, longestMs)
      timer = setTimeout(
        () => (document.hidden ? document.addEventListener('visibilitychange', wake, { once: true }) : wake()),
        next,
      )
    }
    const wake = (): void => {
      if (!gone.signal.aborted) void ask()
    }
    void ask()
    return () => {
      gone.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', wake)
    }
  }, [path, metrics.join(), JSON.stringify(view), pixels, finest, attempt])
  return state
}
