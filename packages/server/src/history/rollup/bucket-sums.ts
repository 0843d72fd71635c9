/**
 * Sums of numbers by bucket of time. A sample is added once, to the finest bucket of its time; a row that is written is
 * added to the next coarser bucket.
 *
 *     of(time, key) ──► finest bucket ──(over)──► rows, a bounded number at a time
 *                                            └──► coarser bucket ──(over, and nothing finer waits)──► rows
 *
 * A row is an increment: what comes late for a bucket that is being written, or was, simply makes another row. So a step
 * of the clock, forward or back, costs rows, never truth.
 */
export interface SumShape {
  /** Plain counters. */
  readonly counts: number
  /** Numbers with count, sum, least and most. */
  readonly metrics: number
  /** Bins of histograms, all of them together. */
  readonly bins: number
}

/** Where things stand among the numbers of a key: counters, then count, sum, least and most of each metric, then bins. */
export interface Layout {
  readonly metrics: number
  readonly bins: number
  readonly length: number
}

export const layoutOf = ({ counts, metrics, bins }: SumShape): Layout => ({
  metrics: counts,
  bins: counts + 4 * metrics,
  length: counts + 4 * metrics + bins,
})

/** What has sums. It carries those that were added to last, as looking them up for each sample would be felt. */
export interface SumKey {
  bucket: unknown
  sums: number[]
}
export const noSums: SumKey = { bucket: undefined, sums: [] }

export interface SumLevel<K> {
  readonly widthMs: number
  /** Writes a row. */
  readonly emit: (start: number, key: K, sums: number[]) => void
}

export interface BucketSums<K> {
  /** The numbers of a key in the finest bucket of a moment, to be added to. */
  of(time: number, key: K): number[]
  /** Time has come so far. */
  reach(time: number): void
  /** Whether the finest bucket of a moment is the one that time has come to, or the one before. */
  isOpen(time: number): boolean
  /** Once a second: writes some of what is over by then, so much as to be done well before the next bucket is. */
  tick(time: number): void
  /** Writes all of a key. */
  release(key: K): void
  /** Writes everything, also what is not over. */
  flush(): void
  /** Keys in finest buckets. */
  readonly size: number
  /** Rows that wait to be written. */
  readonly closing: number
}

/** Rows written at a time, a millisecond or two, and in how many times a bucket is written at the latest. */
const rowsAtOnce = 1500
const maxTimes = 20

interface Bucket<K> {
  readonly start: number
  readonly sums: Map<K, number[]>
  /** Rows written at a time, once it is over. */
  atOnce: number | undefined
}

interface OpenLevel<K> extends SumLevel<K> {
  readonly buckets: Map<number, Bucket<K>>
  readonly coarser: OpenLevel<K> | undefined
}

const startOf = (time: number, widthMs: number): number => time - (((time % widthMs) + widthMs) % widthMs)

const bucketAt = <K>({ buckets, widthMs }: OpenLevel<K>, time: number): Bucket<K> => {
  const start = startOf(time, widthMs)
  let bucket = buckets.get(start)
  if (bucket === undefined) buckets.set(start, (bucket = { start, sums: new Map(), atOnce: undefined }))
  return bucket
}

const nothing = ({ metrics, bins, length }: Layout): number[] => {
  const sums = Array.from({ length }, () => 0)
  for (let i = metrics; i < bins; i += 4) {
    sums[i + 2] = Infinity
    sums[i + 3] = -Infinity
  }
  return sums
}

/** Adds a value to the metric that begins at a place. */
export const addTo = (sums: number[], place: number, value: number): void => {
  ;(sums[place] as number)++
  ;(sums[place + 1] as number) += value
  if (value < (sums[place + 2] as number)) sums[place + 2] = value
  if (value > (sums[place + 3] as number)) sums[place + 3] = value
}

const addAll = (to: number[], from: number[], { metrics, bins, length }: Layout): void => {
  const add = (i: number): void => void (to[i] = (to[i] as number) + (from[i] as number))
  for (let i = 0; i < metrics; i++) add(i)
  for (let i = metrics; i < bins; i += 4) {
    add(i)
    add(i + 1)
    to[i + 2] = Math.min(to[i + 2] as number, from[i + 2] as number)
    to[i + 3] = Math.max(to[i + 3] as number, from[i + 3] as number)
  }
  for (let i = bins; i < length; i++) add(i)
}

interface State<K> {
  readonly layout: Layout
  /** The finest first. */
  readonly levels: readonly OpenLevel<K>[]
  readonly finest: OpenLevel<K>
  /** Start of the finest bucket that time has come to. */
  now: number
  /** The finest bucket that was added to last. */
  recent: Bucket<K> | undefined
  size: number
}

const write = <K extends SumKey>(state: State<K>, level: OpenLevel<K>, bucket: Bucket<K>, key: K): void => {
  const own = bucket.sums.get(key)
  if (own === undefined) return
  bucket.sums.delete(key)
  if (level === state.finest) state.size--
  if (key.bucket === bucket) key.bucket = undefined
  level.emit(bucket.start, key, own)
  if (level.coarser === undefined) return
  const { sums } = bucketAt(level.coarser, bucket.start)
  const before = sums.get(key)
  if (before === undefined) sums.set(key, own)
  else addAll(before, own, state.layout)
}

const writeSome = <K extends SumKey>(state: State<K>, level: OpenLevel<K>, bucket: Bucket<K>, rows: number): void => {
  let left = rows
  for (const key of bucket.sums.keys()) {
    if (left-- === 0) return
    write(state, level, bucket, key)
  }
  level.buckets.delete(bucket.start)
  if (bucket === state.recent) state.recent = undefined
}

/** Writes some of all buckets but those of the time. The coarser ones have to wait until all finer rows are in them. */
const writeWhatIsOver = <K extends SumKey>(state: State<K>, time: number): void => {
  for (const level of state.levels) {
    const current = startOf(time, level.widthMs)
    for (const bucket of level.buckets.values()) {
      if (bucket.start === current) continue
      bucket.atOnce ??= Math.max(rowsAtOnce, Math.ceil(bucket.sums.size / maxTimes))
      writeSome(state, level, bucket, bucket.atOnce)
      if (bucket.sums.size > 0) return
    }
  }
}

/**
 * Writes all that is older than the bucket before this one, which is nothing where ticks come in time. What is repaired
 * after a crash goes back no further.
 */
const writeWhatIsLongOver = <K extends SumKey>(state: State<K>, time: number): void => {
  for (const level of state.levels) {
    const current = startOf(time, level.widthMs)
    for (const bucket of level.buckets.values())
      if (bucket.start < current - level.widthMs || bucket.start > current) writeSome(state, level, bucket, Infinity)
  }
}

/** `levels`: the finest first; each width is a multiple of the one before. */
export const createBucketSums = <K extends SumKey>(shape: SumShape, levels: readonly SumLevel<K>[]): BucketSums<K> => {
  const layout = layoutOf(shape)
  const empty = nothing(layout)
  const open: OpenLevel<K>[] = []
  for (const level of levels.toReversed()) open.unshift({ ...level, buckets: new Map(), coarser: open[0] })
  const finest = open[0] as OpenLevel<K>
  const state: State<K> = { layout, levels: open, finest, now: Number.NaN, recent: undefined, size: 0 }
  const { widthMs } = finest
  return {
    of(time, key) {
      let { recent } = state
      if (recent === undefined || time < recent.start || time >= recent.start + widthMs)
        state.recent = recent = bucketAt(finest, time)
      if (key.bucket === recent) return key.sums
      let own = recent.sums.get(key)
      if (own === undefined) {
        recent.sums.set(key, (own = empty.slice()))
        state.size++
      }
      key.bucket = recent
      key.sums = own
      return own
    },
    reach(time) {
      state.now = startOf(time, widthMs)
      writeWhatIsLongOver(state, time)
    },
    isOpen: (time) => time >= state.now - widthMs && time < state.now + widthMs,
    tick: (time) => writeWhatIsOver(state, time),
    release(key) {
      for (const level of open) for (const bucket of level.buckets.values()) write(state, level, bucket, key)
    },
    flush() {
      for (const level of open) for (const bucket of level.buckets.values()) writeSome(state, level, bucket, Infinity)
    },
    get size() {
      return state.size
    },
    get closing() {
      const all = open.flatMap(({ buckets }) => [...buckets.values()])
      return all.reduce((rows, { atOnce, sums }) => rows + (atOnce === undefined ? 0 : sums.size), 0)
    },
  }
}
