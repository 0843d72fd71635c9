import type { Observation } from '@netstats/protocol'
import type { Incoming } from './room.ts'

/** Appends that wait. Beyond it new ones are given up as `overload`: whoever appends does not wait for its appends. */
export const mostWaiting = 50_000
/** Observations in one transaction: enough to share its fsync, few enough to take milliseconds. */
const groupRows = 250

interface Pending {
  readonly observations: readonly Observation[]
  taken: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** What goes into one transaction together, and who waits for it. */
export interface Group {
  readonly rows: readonly Incoming[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface AppendQueue {
  add(observations: readonly Observation[]): Promise<void>
  /** Undefined where nothing waits. Appends that arrived together leave together, a long one leaves in parts. */
  take(encode: (observation: Observation) => Incoming | undefined, mostBytes: number): Group | undefined
  waiting(): number
}

export const createAppendQueue = (): AppendQueue => {
  let pending: Pending[] = []
  let waiting = 0
  return {
    add: (observations) =>
      new Promise((resolve, reject) => {
        waiting += observations.length
        pending.push({ observations, taken: 0, resolve, reject })
      }),
    take(encode, mostBytes) {
      if (pending.length === 0) return undefined
      const rows: Incoming[] = []
      const done: Pending[] = []
      let looked = 0
      let bytes = 0
      for (const one of pending) {
        while (one.taken < one.observations.length && looked < groupRows && bytes < mostBytes) {
          const observation = one.observations[one.taken++]
          looked++
          const row = observation && encode(observation)
          if (!row) continue
          rows.push(row)
          bytes += row.bytes
        }
        if (one.taken < one.observations.length) break
        done.push(one)
      }
      waiting -= looked
      const part = pending[done.length]
      pending = pending.slice(done.length)
      return {
        rows,
        resolve: () => done.forEach((one) => one.resolve()),
        reject: (error) => {
          for (const one of done) one.reject(error)
          if (!part) return
          // The part of an append that went wrong takes the rest of it along.
          waiting -= part.observations.length - part.taken
          pending = pending.filter((one) => one !== part)
          part.reject(error)
        },
      }
    },
    waiting: () => waiting,
  }
}
