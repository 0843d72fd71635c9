/**
 * Sums of what comes late, for buckets that are over: few and far between, so each bucket of a thing is kept by itself.
 *
 *     add ──► finest ──(flush)──► row, and ──► coarser ──► row, …
 *
 * A row is an increment, so a bucket that has long been written simply gets another one. All widths are written at once,
 * with the rows that they sum up: whatever becomes of that batch, they agree.
 */
import { emptyBucket, layoutOf, mergeInto } from './grid.ts'
import type { Bucket, EmitRow, GridShape } from './grid.ts'

export interface LateSums {
  /** The finest bucket of a moment; what is of the slot begins at 0. */
  at(time: number, slot: number): Bucket
  /** Writes all there is, also what is added meanwhile. */
  flush(): void
  readonly size: number
}

export interface LateLevel {
  readonly widthMs: number
  readonly emit: EmitRow
}

type Level = Map<number, Map<number, Bucket>>

/** `levels`: the finest first. */
export const createLateSums = (shape: Omit<GridShape, 'widthMs'>, levels: readonly LateLevel[]): LateSums => {
  const layout = layoutOf(shape)
  let finest: Level = new Map()
  let size = 0

  const bucketOf = (level: Level, widthMs: number, time: number, slot: number): Bucket => {
    const start = time - (((time % widthMs) + widthMs) % widthMs)
    let slots = level.get(start)
    if (slots === undefined) level.set(start, (slots = new Map()))
    let bucket = slots.get(slot)
    if (bucket !== undefined) return bucket
    slots.set(slot, (bucket = emptyBucket(layout, start)))
    if (level === finest) size++
    return bucket
  }

  return {
    at: (time, slot) => bucketOf(finest, levels[0]?.widthMs ?? 1, time, slot),
    flush() {
      while (size > 0) {
        let level = finest
        finest = new Map()
        size = 0
        for (let i = 0; i < levels.length; i++) {
          const { emit } = levels[i] as LateLevel
          const coarser = levels[i + 1]
          const next: Level = new Map()
          for (const [start, slots] of level) {
            for (const [slot, bucket] of slots) {
              emit(bucket, 0, slot)
              if (coarser !== undefined) mergeInto(bucketOf(next, coarser.widthMs, start, slot), bucket, layout, 0)
            }
          }
          level = next
        }
      }
    },
    get size() {
      return size
    },
  }
}
