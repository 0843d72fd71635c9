/**
 * Sums of numbers by bucket of time, for many things at once, in typed arrays: a sample makes no object.
 *
 *     observe ──► current bucket ──(the next begins)──► closing bucket ──► rows, a bounded number at a time
 *                                                                    └───► the coarser grid
 *
 * A row is an increment: what comes late for a bucket that is being written, or was, simply makes another row. So a step
 * of the clock, forward or back, costs rows, never truth. Things are told apart by slots, small numbers that are used
 * again once `release` has written what was theirs.
 */
export interface GridShape {
  readonly widthMs: number
  /** Plain counters. */
  readonly counts: number
  /** Numbers with count, sum, least and most. */
  readonly metrics: number
  /** Bins of histograms, all of them together. */
  readonly bins: number
}

/** One bucket of time of all slots. */
export interface Bucket {
  start: number
  readonly counts: Uint32Array
  readonly n: Uint32Array
  readonly sum: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly bins: Uint32Array
}

interface Generation extends Bucket {
  counts: Uint32Array
  n: Uint32Array
  sum: Float64Array
  min: Float64Array
  max: Float64Array
  bins: Uint32Array
  touched: Uint8Array
  /** Slots with something in them, and some that were released since. */
  list: Uint32Array
  listed: number
}

/** Writes what is at a place of a bucket, which is of a slot. */
export type EmitRow = (bucket: Bucket, place: number, slot: number) => void

export interface Grid {
  readonly shape: GridShape
  /** The bucket of a moment, ready to take what a slot has to say. */
  at(time: number, slot: number): Bucket
  /** Whether it is known of a moment that its bucket is the current one, or the one before: others would turn it over. */
  covers(time: number): boolean
  /** Adds up a slot of a finer grid's bucket, whose slots are the same. */
  merge(from: Bucket, slot: number): void
  /** Time has come so far: what is over begins to close. */
  advance(time: number): void
  /** Writes what is closing: at most so many rows as to be done well before the next bucket closes. */
  drain(): void
  /** Writes all of a slot. */
  release(slot: number): void
  /** Writes everything, also what has not closed. */
  flush(): void
  /** Slots that wait to be written. */
  readonly closing: number
}

/** Rows written at a time, and in how many times a bucket is written at the latest. */
const rowsAtOnce = 5000
const maxTimes = 20

const generation = (): Generation => ({
  start: Number.NaN,
  counts: new Uint32Array(0),
  n: new Uint32Array(0),
  sum: new Float64Array(0),
  min: new Float64Array(0),
  max: new Float64Array(0),
  bins: new Uint32Array(0),
  touched: new Uint8Array(0),
  list: new Uint32Array(16),
  listed: 0,
})

const longer = <T extends Uint32Array | Float64Array | Uint8Array>(values: T, length: number): T => {
  const grown = new (values.constructor as new (length: number) => T)(length)
  grown.set(values)
  return grown
}

const reserve = (one: Generation, shape: GridShape, slots: number): void => {
  one.touched = longer(one.touched, slots)
  one.counts = longer(one.counts, slots * shape.counts)
  one.n = longer(one.n, slots * shape.metrics)
  one.sum = longer(one.sum, slots * shape.metrics)
  one.min = longer(one.min, slots * shape.metrics)
  one.max = longer(one.max, slots * shape.metrics)
  one.bins = longer(one.bins, slots * shape.bins)
}

const touch = (one: Generation, shape: GridShape, slot: number): void => {
  one.touched[slot] = 1
  if (one.listed === one.list.length) one.list = longer(one.list, one.listed * 2)
  one.list[one.listed++] = slot
  const metric = slot * shape.metrics
  one.counts.fill(0, slot * shape.counts, (slot + 1) * shape.counts)
  one.n.fill(0, metric, metric + shape.metrics)
  one.sum.fill(0, metric, metric + shape.metrics)
  one.min.fill(Infinity, metric, metric + shape.metrics)
  one.max.fill(-Infinity, metric, metric + shape.metrics)
  one.bins.fill(0, slot * shape.bins, (slot + 1) * shape.bins)
}

/** A bucket of one thing alone, with nothing in it. */
export const emptyBucket = ({ counts, metrics, bins }: Omit<GridShape, 'widthMs'>, start: number): Bucket => ({
  start,
  counts: new Uint32Array(counts),
  n: new Uint32Array(metrics),
  sum: new Float64Array(metrics),
  min: new Float64Array(metrics).fill(Infinity),
  max: new Float64Array(metrics).fill(-Infinity),
  bins: new Uint32Array(bins),
})

/** Adds up what is at a place of two buckets of a shape. */
export const mergeInto = (to: Bucket, from: Bucket, shape: Omit<GridShape, 'widthMs'>, place: number): void => {
  const { counts, metrics, bins } = shape
  for (let i = place * counts; i < (place + 1) * counts; i++)
    to.counts[i] = (to.counts[i] as number) + (from.counts[i] as number)
  for (let i = place * metrics; i < (place + 1) * metrics; i++) {
    if (from.n[i] === 0) continue
    to.n[i] = (to.n[i] as number) + (from.n[i] as number)
    to.sum[i] = (to.sum[i] as number) + (from.sum[i] as number)
    to.min[i] = Math.min(to.min[i] as number, from.min[i] as number)
    to.max[i] = Math.max(to.max[i] as number, from.max[i] as number)
  }
  for (let i = place * bins; i < (place + 1) * bins; i++) to.bins[i] = (to.bins[i] as number) + (from.bins[i] as number)
}

/** Adds a value to a metric: `place` is its slot times the number of metrics, and its own number. */
export const addTo = (bucket: Bucket, place: number, value: number): void => {
  const { n, sum, min, max } = bucket
  ;(n[place] as number)++
  ;(sum[place] as number) += value
  if (value < (min[place] as number)) min[place] = value
  if (value > (max[place] as number)) max[place] = value
}

export const createGrid = (shape: GridShape, emit: EmitRow, coarser?: Grid): Grid => {
  const { widthMs } = shape
  let current = generation()
  let closing = generation()
  let atOnce = rowsAtOnce
  // All that any bucket has needed: the first of a new one then makes room for all at once.
  let slots = 16

  const write = (one: Generation, slot: number): void => {
    if (one.touched[slot] !== 1) return
    one.touched[slot] = 0
    emit(one, slot, slot)
    coarser?.merge(one, slot)
  }

  const empty = (one: Generation, rows: number): void => {
    for (let i = 0; i < rows && one.listed > 0; i++) write(one, one.list[--one.listed] as number)
  }

  const turn = (start: number): void => {
    empty(closing, Infinity)
    ;[closing, current] = [current, closing]
    current.start = start
    atOnce = Math.max(rowsAtOnce, Math.ceil(closing.listed / maxTimes))
  }

  const generationAt = (time: number): Generation => {
    if (time >= current.start && time < current.start + widthMs) return current
    if (time >= closing.start && time < closing.start + widthMs) return closing
    turn(time - (((time % widthMs) + widthMs) % widthMs))
    return current
  }

  const ready = (time: number, slot: number): Generation => {
    const one = generationAt(time)
    if (one.touched[slot] === 1) return one
    while (slots <= slot) slots *= 2
    if (slot >= one.touched.length) reserve(one, shape, slots)
    touch(one, shape, slot)
    return one
  }

  return {
    shape,
    at: ready,
    covers: (time) =>
      (time >= current.start && time < current.start + widthMs) ||
      (time >= closing.start && time < closing.start + widthMs),
    merge(from, slot) {
      slots = Math.max(slots, from.n.length / Math.max(1, shape.metrics))
      mergeInto(ready(from.start, slot), from, shape, slot)
    },
    advance(time) {
      if (time >= current.start + widthMs) turn(time - (((time % widthMs) + widthMs) % widthMs))
    },
    drain: () => empty(closing, atOnce),
    release(slot) {
      write(closing, slot)
      write(current, slot)
      coarser?.release(slot)
    },
    flush() {
      empty(closing, Infinity)
      empty(current, Infinity)
      coarser?.flush()
    },
    get closing() {
      return closing.listed
    },
  }
}
