import type { Observation } from '@netstats/protocol'
import type { Checkpointed } from '@netstats/sdk'
import type { OwnedCheckpoint } from './checkpoints.ts'
import type { Incoming } from './room.ts'

/** Appends that wait. Beyond it new ones are given up as `overload`: the caller does not wait for its appends. */
export const mostWaiting = 50_000
/** Observations in one transaction: enough to share its fsync, few enough to take milliseconds. */
const groupRows = 1000

interface Pending {
  readonly items: readonly (Observation | Checkpointed)[]
  readonly owner: string
  /** Items taken, and observations in them that are not. */
  taken: number
  left: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** What goes into one transaction together, and who waits for it. */
export interface Group {
  readonly rows: readonly Incoming[]
  /** What is noted when all rows are in, or given up. */
  readonly checkpoints: readonly OwnedCheckpoint[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface AppendQueue {
  add(items: readonly (Observation | Checkpointed)[], owner?: string): Promise<void>
  /** Undefined where nothing waits. Appends that arrived together leave together, a long one leaves in parts. */
  take(encode: (observation: Observation) => Incoming | undefined, mostBytes: number): Group | undefined
  waiting(): number
}

export const createAppendQueue = (): AppendQueue => {
  let pending: Pending[] = []
  let waiting = 0
  return {
    add: (items, owner = '') =>
      new Promise((resolve, reject) => {
        const left = countOf(items)
        waiting += left
        pending.push({ items, owner, taken: 0, left, resolve, reject })
      }),
    take(encode, mostBytes) {
      if (pending.length === 0) return undefined
      const rows: Incoming[] = []
      const checkpoints = new Map<string, OwnedCheckpoint>()
      const done: Pending[] = []
      let looked = 0
      let bytes = 0
      for (const one of pending) {
        while (one.taken < one.items.length && looked < groupRows && bytes < mostBytes) {
          const item = one.items[one.taken++]
          if (item === undefined) continue
          // What belongs to a checkpoint stays together, even where that is a little more than a group has.
          for (const observation of observationsOf(item)) {
            looked++
            one.left--
            const row = encode(observation)
            if (!row) continue
            rows.push(row)
            bytes += row.bytes
          }
          if (!('checkpoint' in item)) continue
          const { checkpoint } = item
          checkpoints.set(JSON.stringify([one.owner, checkpoint.key]), { owner: one.owner, ...checkpoint })
        }
        if (one.taken < one.items.length) break
        done.push(one)
      }
      waiting -= looked
      const part = pending[done.length]
      pending = pending.slice(done.length)
      return {
        rows,
        checkpoints: [...checkpoints.values()],
        resolve: () => done.forEach((one) => one.resolve()),
        reject: (error) => {
          for (const one of done) one.reject(error)
          if (!part) return
          // The part of an append that went wrong takes the rest of it along.
          waiting -= part.left
          pending = pending.filter((one) => one !== part)
          part.reject(error)
        },
      }
    },
    waiting: () => waiting,
  }
}

export const observationsOf = (item: Observation | Checkpointed): readonly Observation[] =>
  'checkpoint' in item ? item.observations : [item]

export const countOf = (items: readonly (Observation | Checkpointed)[]): number =>
  items.reduce((sum, item) => sum + observationsOf(item).length, 0)
