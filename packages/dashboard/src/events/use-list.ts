/** A list that is read page by page, newest first: each page names the next. */
import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { askServer } from '../rest/rest.ts'

export interface ListState<R> {
  readonly rows: readonly R[]
  readonly fault: FeedFault | undefined
  /** Of the last answer. */
  readonly status: number
  readonly waiting: boolean
  /** False where the last page has been read. */
  readonly more: boolean
}

const base = '/api/v1'

/** `key` names the list in the answer; a failed page is asked again by `older`. */
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
    next.current.path = link?.startsWith(base) ? link.slice(base.length) : link
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
