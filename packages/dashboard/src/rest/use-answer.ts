/** One answer of the server, requested when a part of a page is opened, and again when something changed. */
import type { FeedFault } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { askServer } from './rest.ts'

interface Asked<T> {
  /** Of the previous answer while the next is requested; of another path never. */
  readonly data: T | undefined
  readonly fault: FeedFault | undefined
}

/** An undefined path requests nothing; another `version` requests again. */
export function useAnswer<T>(path: string | undefined, version?: unknown): Asked<T> {
  const state = useSignal<Asked<T> & { readonly path: string | undefined }>({ path, data: undefined, fault: undefined })
  useEffect(() => {
    if (state.peek().path !== path) state.value = { path, data: undefined, fault: undefined }
    if (path === undefined) return
    const gone = new AbortController()
    const ask = async (): Promise<void> => {
      const answer = await askServer(path, gone.signal).catch(() => undefined)
      if (!answer || gone.signal.aborted) return
      state.value = answer.ok
        ? { path, data: answer.data as T, fault: undefined }
        : { path, data: state.peek().data, fault: answer.fault }
    }
    void ask()
    return () => gone.abort()
  }, [path, version])
  const { data, fault } = state.value
  return state.value.path === path ? { data, fault } : { data: undefined, fault: undefined }
}
