/** Follows a series: requests it, aborts a request that is out of date, and requests again with each new bucket. */
import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { askServer } from '../rest/rest.ts'
import { rangeOf, type View } from './ranges.ts'

interface SeriesState {
  /** Of the previous answer while the next is requested. */
  readonly answer: unknown
  readonly fault: FeedFault | undefined
  readonly waiting: boolean
}

/** A second of rows is written at once; the bucket that just ended is whole a little later. */
const writtenMs = 2000
const longestMs = 300_000

/** `path` has the parameters that say what; those that say when are added. An empty one requests nothing. */
export function useSeries(
  path: string,
  view: View,
  pixels: number,
  finest: number,
  attempt: number,
): ReadonlySignal<SeriesState> {
  const state = useSignal<SeriesState>({ answer: undefined, fault: undefined, waiting: true })
  useEffect(() => {
    if (pixels === 0 || path === '') return
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async (): Promise<void> => {
      const { from, to, bucketMs } = rangeOf(view, serverNow(), pixels, finest)
      state.value = { ...state.peek(), waiting: true }
      const when = `from=${from}&to=${to}&bucket=${bucketMs}`
      const answer = await askServer(`${path}${path.includes('?') ? '&' : '?'}${when}`, gone.signal).catch(
        () => undefined,
      )
      if (!answer || gone.signal.aborted) return
      state.value = answer.ok
        ? { answer: answer.data, fault: undefined, waiting: false }
        : { answer: undefined, fault: answer.fault, waiting: false }
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
  }, [path, JSON.stringify(view), pixels, finest, attempt])
  return state
}
