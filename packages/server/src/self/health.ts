import { unixMs } from '@netstats/protocol'
import type { PartState, PartStatus } from '@netstats/sdk'

/** How the server's parts are, for `/healthz` and the operator. */
export interface Health {
  /** Says whether that is news. */
  set(id: string, state: PartState, reason?: string): boolean
  parts(): readonly PartStatus[]
}

export const createHealth = (now: () => number): Health => {
  const parts = new Map<string, PartStatus>()
  return {
    set(id, state, reason = '') {
      const before = parts.get(id)
      if (before?.state === state && before.reason === reason) return false
      const since = before?.state === state ? before.since : unixMs(now())
      parts.set(id, { id, state, reason, since, restarts: 0 })
      return true
    },
    parts: () => [...parts.values()],
  }
}
