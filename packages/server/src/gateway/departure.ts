/** Waits at the end of a gateway for its peers to go. */
import { withDeadline } from '../lib/with-timeout.ts'

export interface Departure {
  /** A peer has gone. */
  gone(): void
  /** Resolves when nobody is there any more; `cut` is called after `graceMs` where some have not gone by then. */
  all(graceMs: number, cut: () => void): Promise<void>
}

export const createDeparture = (peers: { readonly size: number }): Departure => {
  let finish: (() => void) | undefined
  return {
    gone() {
      if (peers.size === 0) finish?.()
    },
    async all(graceMs, cut) {
      if (peers.size === 0) return
      const allGone = new Promise<void>((resolve) => {
        finish = resolve
      })
      await withDeadline(allGone, graceMs, cut)
    },
  }
}
