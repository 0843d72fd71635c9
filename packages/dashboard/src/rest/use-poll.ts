import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { askServer } from './rest.ts'

export interface Poll {
  /** Why the last question was not answered as asked; undefined while all is well. */
  readonly fault: FeedFault | undefined
  /** Of the last answer; 0 where there was none. */
  readonly status: number
  /** When the last good answer came, by this machine's clock; 0 before the first. */
  readonly heardAt: number
}

const patienceMs = 10_000

/** Asks for a path again and again while the page is looked at; each good answer is told once. */
export function usePoll(path: string, everyMs: number, told: (data: unknown) => void): ReadonlySignal<Poll> {
  const poll = useSignal<Poll>({ fault: undefined, status: 200, heardAt: 0 })
  useEffect(() => {
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let asking = false
    const ask = async (): Promise<void> => {
      clearTimeout(timer)
      if (document.hidden || asking) return
      asking = true
      const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(patienceMs)])
      const answer = await askServer(path, signal).catch(() => undefined)
      asking = false
      if (gone.signal.aborted) return
      if (answer?.ok) {
        told(answer.data)
        poll.value = { fault: undefined, status: 200, heardAt: Date.now() }
      } else poll.value = { ...poll.peek(), fault: answer?.fault ?? silent, status: answer?.status ?? 0 }
      timer = setTimeout(() => void ask(), everyMs)
    }
    const look = (): void => void ask()
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      gone.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [path])
  return poll
}

const silent: FeedFault = { code: 'API_UNREACHABLE', message: 'The server does not answer in time.' }
