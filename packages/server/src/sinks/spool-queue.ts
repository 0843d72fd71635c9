/** What waits until the disk of a spool has it: the core does not wait. */
import { shedClassOf } from '@netstats/protocol'
import type { Observation, ShedClass } from '@netstats/protocol'
import type { Spool } from '@netstats/sdk'

export interface SpoolQueue {
  /** Beyond the bound the newest are dropped and counted. */
  push(observation: Observation): void
  /** Resolves when what was pushed so far is on the disk, or could not be written. */
  stored(): Promise<void>
  readonly dropped: ReadonlyMap<ShedClass, number>
}

/** Observations that wait for the spool's disk. */
const mostWaiting = 50_000

export const createSpoolQueue = (spool: Pick<Spool, 'append'>, onFault: (error: unknown) => void): SpoolQueue => {
  let waiting: Observation[] = []
  let isWriting = false
  const dropped = new Map<ShedClass, number>()
  /** How many were pushed, and how many of them are settled. */
  let pushed = 0
  let settled = 0
  let waiters: { readonly upTo: number; readonly resolve: () => void }[] = []

  const settle = (count: number): void => {
    settled += count
    for (const { upTo, resolve } of waiters) if (upTo <= settled) resolve()
    waiters = waiters.filter(({ upTo }) => upTo > settled)
  }

  const write = async (): Promise<void> => {
    isWriting = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await spool.append(batch)
      } catch (error) {
        onFault(error)
      }
      settle(batch.length)
    }
    isWriting = false
  }

  return {
    push(observation) {
      if (waiting.length >= mostWaiting) {
        const shed = shedClassOf(observation.kind)
        dropped.set(shed, (dropped.get(shed) ?? 0) + 1)
        return
      }
      waiting.push(observation)
      pushed++
      if (!isWriting) void write()
    },
    stored() {
      if (settled >= pushed) return Promise.resolve()
      return new Promise((resolve) => void waiters.push({ upTo: pushed, resolve }))
    },
    dropped,
  }
}
