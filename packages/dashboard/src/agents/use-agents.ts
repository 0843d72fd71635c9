import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { askServer } from '../rest/rest.ts'
import type { Agent } from './wire.ts'

export interface AgentsState {
  readonly agents: readonly Agent[]
  readonly total: number
  readonly waiting: boolean
  readonly fault: FeedFault | undefined
  readonly status: number
}

const page = 1000

/** All agents that are administered, read page by page; `again` reads them anew and keeps what is shown until then. */
export function useAgents(): { readonly state: ReadonlySignal<AgentsState>; readonly again: () => void } {
  const state = useSignal<AgentsState>({ agents: [], total: 0, waiting: true, fault: undefined, status: 200 })
  const reading = useRef<AbortController | undefined>(undefined)
  const read = async (): Promise<void> => {
    reading.current?.abort()
    const { signal } = (reading.current = new AbortController())
    state.value = { ...state.peek(), waiting: true }
    const agents: Agent[] = []
    for (;;) {
      const answer = await askServer(`/admin/agents?offset=${agents.length}&limit=${page}`, signal).catch(
        () => undefined,
      )
      if (signal.aborted || !answer) return
      if (!answer.ok) {
        state.value = { ...state.peek(), waiting: false, fault: answer.fault, status: answer.status }
        return
      }
      const { total, agents: more } = answer.data as { readonly total: number; readonly agents: readonly Agent[] }
      agents.push(...more)
      if (agents.length >= total || more.length === 0) {
        state.value = { agents, total, waiting: false, fault: undefined, status: 200 }
        return
      }
    }
  }
  useEffect(() => {
    void read()
    return () => reading.current?.abort()
  }, [])
  return { state, again: () => void read() }
}
