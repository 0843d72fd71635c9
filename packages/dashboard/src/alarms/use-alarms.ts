/** A list of alarms that is requested again when something changed, keeps what it shows until then, and grows on demand. */
import type { AlarmRecord, FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { askServer } from '../rest/rest.ts'

export interface AlarmList {
  readonly rows: readonly AlarmRecord[]
  readonly fault: FeedFault | undefined
  /** Of the last answer. */
  readonly status: number
  readonly waiting: boolean
  readonly more: boolean
}

const begun: AlarmList = { rows: [], fault: undefined, status: 200, waiting: true, more: false }
const base = '/api/v1'
/** Changes that come close together are one request. */
const settleMs = 400
/** Portions that a reader can ask for; beyond them a filter finds more. */
const portionsAtMost = 20

interface Reading {
  portions: number
  gone: AbortController
}

/** `version` is another value after alarms changed. */
export function useAlarms(
  path: string,
  version: unknown,
): { readonly state: ReadonlySignal<AlarmList>; readonly more: () => void } {
  const state = useSignal<AlarmList>(begun)
  const reading = useRef<Reading>({ portions: 1, gone: new AbortController() })
  const read = async (): Promise<void> => {
    reading.current.gone.abort()
    const { signal } = (reading.current.gone = new AbortController())
    state.value = { ...state.peek(), waiting: true }
    const rows: AlarmRecord[] = []
    let next: string | null = path
    for (let i = 0; i < reading.current.portions && next !== null; i++) {
      const answer = await askServer(next, signal).catch(() => undefined)
      if (!answer || signal.aborted) return
      if (!answer.ok) {
        state.value = { ...state.peek(), waiting: false, fault: answer.fault, status: answer.status }
        return
      }
      const body = answer.data as { readonly alarms: readonly AlarmRecord[]; readonly next: string | null }
      rows.push(...body.alarms)
      // The prefix of a proxy stands before it, where the server knows one.
      next = body.next === null ? null : body.next.slice(body.next.indexOf(base) + base.length)
    }
    const more = next !== null && reading.current.portions < portionsAtMost
    state.value = { rows, fault: undefined, status: 200, waiting: false, more }
  }
  useEffect(() => {
    reading.current.portions = 1
    state.value = begun
    void read()
    return () => reading.current.gone.abort()
  }, [path])
  const known = useRef(version)
  useEffect(() => {
    if (known.current === version) return
    known.current = version
    const timer = setTimeout(() => void read(), settleMs)
    return () => clearTimeout(timer)
  }, [path, version])
  return {
    state,
    more: () => {
      reading.current.portions += 1
      void read()
    },
  }
}
