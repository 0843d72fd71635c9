/** Requests that repeat: every few seconds, or page by page. */
import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { askServer } from './rest.ts'

export interface Poll {
  /** Why the last request failed; undefined while all is well. */
  readonly fault: FeedFault | undefined
  /** Of the last answer; 0 where there was none. */
  readonly status: number
  /** When the last good answer came, by this machine's clock; 0 before the first. */
  readonly heardAt: number
}

const patienceMs = 10_000

/** Requests a path every `everyMs` while the page is visible; `onData` gets each good answer once. */
export function usePoll(path: string, everyMs: number, onData: (data: unknown) => void): ReadonlySignal<Poll> {
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
        onData(answer.data)
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

interface ListState<R> {
  readonly rows: readonly R[]
  readonly fault: FeedFault | undefined
  /** Of the last answer. */
  readonly status: number
  readonly waiting: boolean
  /** False where the last page has been read. */
  readonly more: boolean
}

const base = '/api/v1'

/** `key` names the list in the answer; `older` requests the next page, or a failed one again. */
export function useList<R>(
  path: string,
  key: string,
): { readonly state: ReadonlySignal<ListState<R>>; readonly older: () => void } {
  const state = useSignal<ListState<R>>({ rows: [], fault: undefined, status: 200, waiting: true, more: false })
  const next = useRef<{ path: string | null; gone: AbortController }>({ path, gone: new AbortController() })

  const ask = async (): Promise<void> => {
    const { path: from, gone } = next.current
    if (from === null) return
    state.value = { ...state.peek(), waiting: true, fault: undefined }
    const answer = await askServer(from, gone.signal).catch(() => undefined)
    if (!answer || gone.signal.aborted) return
    if (!answer.ok) {
      state.value = { ...state.peek(), waiting: false, fault: answer.fault, status: answer.status, more: true }
      return
    }
    const body = answer.data as Readonly<Record<string, unknown>>
    const link = typeof body['next'] === 'string' ? body['next'] : null
    // The prefix of a proxy stands before it, where the server knows one.
    next.current.path = link === null ? null : link.slice(link.indexOf(base) + base.length)
    const rows = [...state.peek().rows, ...((body[key] ?? []) as readonly R[])]
    state.value = { rows, fault: undefined, status: 200, waiting: false, more: link !== null }
  }

  useEffect(() => {
    const gone = new AbortController()
    next.current = { path, gone }
    state.value = { rows: [], fault: undefined, status: 200, waiting: true, more: false }
    void ask()
    return () => gone.abort()
  }, [path, key])
  return { state, older: () => void ask() }
}
